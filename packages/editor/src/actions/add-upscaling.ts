import type { OutputRecord } from '@unclip-studio/protocol';
import { cardBoxes } from '../catalog/card-boxes.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlace } from '../catalog/free-place.js';
import { loaderFor } from '../catalog/image-nodes.js';
import { boxAround } from '../document/commands/align.js';
import { paste } from '../document/commands/clipboard.js';
import type { WorkflowDocument } from '../document/document.js';
import { nodesReached } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';
import { readDocument } from '../document/read-document.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { fileOfOutput } from './add-image-node.js';

// Of the example workflows: what it does after it has drawn an image.
const TEMPLATE = 'upscale-model';
// The port type of models that enlarge images.
const UPSCALER = 'upscaler';
const COLUMN = 330;

/** Adds nodes that load a result, enlarge it and save it; what is open stays as it is. */
export async function addUpscaling(session: EditorSession, output: OutputRecord): Promise<void> {
  const { api, catalog, store, ui, canvas } = session;
  const [template, file] = await Promise.all([api.library.readTemplate(TEMPLATE), fileOfOutput(session, output)]);
  const { name } = await api.images.upload(file);
  const added = upscalingOf(readDocument(template), catalog, name);
  const box = boxAround(cardBoxes(added, catalog).values());
  if (box === undefined) return;
  const middle = canvas.current?.toCanvas({ x: innerWidth / 2, y: innerHeight / 2 }) ?? { x: 0, y: 0 };
  const wanted = { ...box, x: middle.x - box.width / 2, y: middle.y - box.height / 2 };
  const place = freePlace(cardBoxes(store.document, catalog).values(), wanted);
  const offset = { x: Math.round(place.x - box.x), y: Math.round(place.y - box.y) };
  const keys = paste(store, added, { offset, label: texts.edits.upscale });
  ui.setState({ selection: new Set(keys) });
  await canvas.current?.settled();
  canvas.current?.fit(keys);
}

/** The nodes of a workflow that enlarge an image and what follows them, with a node that loads the image before them. */
export function upscalingOf(template: WorkflowDocument, catalog: EditorCatalog, image: string): WorkflowDocument {
  const { nodes, layout } = template;
  const inputOf = (id: string, type: string) =>
    Object.entries(definitionOf(catalog, nodes, id)?.inputs ?? {}).find(([, port]) => port.type === type)?.[0];
  const enlarger = Object.keys(nodes).find((id) => inputOf(id, UPSCALER) !== undefined);
  const imageInput = enlarger === undefined ? undefined : inputOf(enlarger, 'image');
  const loader = loaderFor(catalog, 'image');
  const corner = enlarger === undefined ? undefined : layout.nodes[enlarger];
  if (enlarger === undefined || imageInput === undefined || loader === undefined || corner === undefined) {
    throw new Error(`Internal error: ${TEMPLATE} enlarges no image`);
  }
  const model = nodes[enlarger]?.inputs?.[inputOf(enlarger, UPSCALER) ?? '']?.split('.')[0] ?? '';
  const kept = [model, enlarger, ...nodesReached(nodes, enlarger, 'down')].filter((id) => nodes[id] !== undefined);
  const photo = freshNodeId(loader.type, (id) => kept.includes(id));
  const taken = Object.fromEntries(kept.map((id) => [id, nodes[id]]));
  const { requires } = template;
  return readDocument({
    ...template,
    ...(requires && { requires }),
    nodes: {
      ...taken,
      [photo]: { type: loader.type, params: { [loader.param]: image } },
      [enlarger]: {
        ...nodes[enlarger],
        type: nodes[enlarger]?.type ?? '',
        inputs: { ...nodes[enlarger]?.inputs, [imageInput]: `${photo}.${loader.output}` },
      },
    } as WorkflowDocument['nodes'],
    layout: {
      nodes: {
        ...Object.fromEntries(kept.map((id) => [id, layout.nodes[id]])),
        [model]: { x: corner.x - COLUMN, y: corner.y },
        [photo]: { x: corner.x - COLUMN, y: corner.y + 140 },
      },
    },
  });
}
