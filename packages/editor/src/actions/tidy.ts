import { cardBoxes, wiresOf } from '../catalog/card-boxes.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { move } from '../document/commands/placing.js';
import type { WorkflowDocument } from '../document/document.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import type { LayoutReply, LayoutRequest } from './arrange-cards.js';
import { selectedNodes } from './edit-actions.js';

/**
 * Arranges the selected cards, or all of them, in the direction of their wires: computed off the page, one undo step.
 */
export async function tidy(session: EditorSession): Promise<void> {
  const { store, catalog, ui, canvas } = session;
  const { document } = store;
  const selected = selectedNodes(ui);
  const chosen = selected.length > 1 ? new Set(selected) : undefined;
  const request = layoutRequest(document, catalog, chosen);
  if (request.cards.length === 0) return;
  const { places, routes } = await arrange(request);
  // The user may have continued meanwhile; removed nodes stay removed, and a newer document is not overwritten blindly.
  if (store.document.nodes !== document.nodes) return;
  move(store, { entities: new Map(places), routes: new Map(routes) }, texts.edits.autoLayout);
  if (chosen === undefined) {
    await canvas.current?.settled();
    canvas.current?.fit();
  }
}

/** @param chosen all cards, if it is left out */
export function layoutRequest(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  chosen?: ReadonlySet<string>,
): LayoutRequest {
  const isChosen = (id: string) => chosen?.has(id) ?? true;
  const all = [...cardBoxes(document, catalog)];
  return {
    cards: all.filter(([id]) => isChosen(id)),
    others: all.flatMap(([id, box]) => (isChosen(id) ? [] : [box])),
    wires: wiresOf(document, catalog).filter(({ source, reader }) => isChosen(source) && isChosen(reader)),
  };
}

async function arrange(request: LayoutRequest): Promise<LayoutReply> {
  const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise<LayoutReply>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<LayoutReply>) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}
