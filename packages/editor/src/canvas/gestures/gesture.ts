import type { CanvasAdapter } from '../../rete/canvas-adapter.js';
import type { EditorSession } from '../../session/session.js';

/** The action of a pressed pointer until it is released. */
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

/** Moves the canvas with the pointer; a plain click selects nothing. */
export function panGesture({ adapter, session }: GestureContext, down: PointerEvent): Gesture {
  let { clientX, clientY } = down;
  adapter.container.dataset['gesture'] = 'pan';
  const stop = () => {
    delete adapter.container.dataset['gesture'];
  };
  return {
    move(event) {
      adapter.panBy(event.clientX - clientX, event.clientY - clientY);
      ({ clientX, clientY } = event);
    },
    end(_, wasClick) {
      stop();
      if (wasClick && down.button === 0) session.ui.setState({ selection: new Set() });
    },
    cancel: stop,
  };
}
