import type { ApiClient } from '../api/client.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { Autosave, DraftStore } from '../document/autosave.js';
import type { ChangeScheduler } from '../document/change-scheduler.js';
import type { DocumentStore } from '../document/document-store.js';
import type { PreviewBus } from '../live/bus.js';
import type { RunStateStore } from '../live/run-state.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import type { UiStore } from '../view/ui-state.js';
import type { ProblemStore } from './problem-store.js';

/** What the services of a session (runs, files, gallery) are built on. */
export interface SessionCore {
  readonly api: ApiClient;
  readonly catalog: EditorCatalog;
  readonly store: DocumentStore;
  /** What follows a change of the document a moment later. */
  readonly changes: ChangeScheduler;
  readonly ui: UiStore;
  readonly runState: RunStateStore;
  readonly previews: PreviewBus;
  readonly problems: ProblemStore;
  readonly autosave: Autosave | undefined;
  readonly drafts: DraftStore | undefined;
  /** The canvas, while it is on the page. */
  readonly canvas: { current: CanvasAdapter | undefined };
}

/** Selects a node and brings it into view. @param node as runs call it, such as `group/sample` */
export function showNode({ store, ui, canvas }: SessionCore, node: string): void {
  const id = store.reveal(node);
  if (id === undefined) return;
  ui.setState({ selection: new Set([id]) });
  const fit = () => canvas.current?.fit([id]);
  // Two frames later the canvas has its size beside a notice about the node.
  void canvas.current?.reconciler.settled().then(() => requestAnimationFrame(() => requestAnimationFrame(fit)));
}

/** Selects the node with the next problem after the selected one, and brings it into view. */
export function goToNextProblem({ problems, ui, canvas }: SessionCore): void {
  const nodes = [...new Set([...problems.all, ...problems.reported].flatMap((problem) => problem.nodes))];
  const [selected] = ui.getState().selection;
  const next = nodes[(nodes.indexOf(selected ?? '') + 1) % nodes.length];
  if (next === undefined) return;
  ui.setState({ selection: new Set([next]) });
  canvas.current?.fit([next]);
}
