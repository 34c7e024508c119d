import type { CanvasAdapter } from '../../rete/canvas-adapter.js';
import type { EditorSession } from '../../session/session.js';

/** What a pressed pointer does until it is let go. */
export interface Gesture {
  move(event: PointerEvent): void;
  /** @param wasClick the pointer has hardly moved */
  end(event: PointerEvent, wasClick: boolean): void;
  /** Ends it without effect, as when a second finger comes down. */
  cancel(): void;
}

export interface GestureContext {
  readonly session: EditorSession;
  readonly adapter: CanvasAdapter;
}

export function isAdditive({ shiftKey, ctrlKey, metaKey }: MouseEvent): boolean {
  return shiftKey || ctrlKey || metaKey;
}
