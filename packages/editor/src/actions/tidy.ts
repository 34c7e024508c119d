import { cardBoxes } from '../catalog/card-boxes.js';
import { move } from '../document/commands/placing.js';
import { linksOf } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { selectedNodes } from './edit-actions.js';
import type { LayoutReply, LayoutRequest } from './layout-worker.js';

/** Arranges the selected cards, or all of them, in the direction of their wires: worked out beside the page, one step. */
export async function tidy(session: EditorSession): Promise<void> {
  const { store, catalog, ui, canvas } = session;
  const { document } = store;
  const selected = selectedNodes(ui);
  const chosen = selected.length > 1 ? new Set(selected) : undefined;
  const boxes = [...cardBoxes(document, catalog)].filter(([id]) => chosen?.has(id) ?? true);
  if (boxes.length === 0) return;
  const request: LayoutRequest = {
    nodes: boxes.map(([id, { x, y, width, height }]) => ({ id, x, y, width, height })),
    edges: linksOf(document.nodes).map(({ source, reader }) => [source, reader]),
  };
  const places = await arrange(request);
  // The user may have gone on meanwhile; what is gone stays gone, and a newer document is not overwritten blindly.
  if (store.document.nodes !== document.nodes) return;
  move(store, { entities: new Map(places), reroutes: new Map() }, texts.edits.autoLayout);
  if (chosen === undefined) {
    await canvas.current?.settled();
    canvas.current?.fit();
  }
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
