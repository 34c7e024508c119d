import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/client.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { Autosave } from '../document/autosave.js';
import type { DocumentStore } from '../document/document-store.js';
import type { PreviewBus } from '../live/bus.js';
import type { RunStateStore } from '../live/run-state.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import type { PanelStore } from './panel-state.js';
import type { ProblemStore } from './problem-store.js';
import type { UiStore } from './ui-state.js';

/** Everything that one open editor consists of. Components get it by `useSession`. */
export interface EditorSession {
  readonly api: ApiClient;
  readonly catalog: EditorCatalog;
  readonly store: DocumentStore;
  readonly ui: UiStore;
  readonly panels: PanelStore;
  readonly runState: RunStateStore;
  readonly previews: PreviewBus;
  readonly problems: ProblemStore;
  readonly autosave: Autosave | undefined;
  /** The canvas, while it is on the page. */
  readonly canvas: { current: CanvasAdapter | undefined };
}

export const SessionContext = createContext<EditorSession | undefined>(undefined);

/** Of the editor, or of a page that has its fields and nothing else of it. */
export const UiContext = createContext<UiStore | undefined>(undefined);

export function useUi(): UiStore {
  const ui = useContext(UiContext);
  if (ui === undefined) throw new Error('Internal error: a field is outside of a page that provides UiContext');
  return ui;
}

export function useSession(): EditorSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('Internal error: a component of the editor stands outside of it');
  return session;
}
