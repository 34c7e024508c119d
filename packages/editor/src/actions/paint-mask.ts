import type { OutputRecord } from '@unclip-studio/protocol';
import type { StoredImage } from '../api/client.js';
import { errorWords } from '../api/error-words.js';
import { boxOf, contains } from '../catalog/card-boxes.js';
import { definitionOf } from '../catalog/definitions.js';
import { imageUnderMask, loaderOf, readsPaintedMask } from '../catalog/image-nodes.js';
import { nodesReached } from '../document/links.js';
import { texts } from '../messages/texts.js';
import type { PaintedMask } from '../session/painter.js';
import type { EditorSession } from '../session/session.js';
import { fileOfOutput, makerOf } from './add-image-node.js';
import { addMaskBeside, maskNodeOf, promptOf, redrawingNode, replaceMask, wireInpainting } from './wire-inpainting.js';

/** Lets the user mark the part of a result to inpaint, and connects both to the sampler as one step. */
export function inpaintOutput(session: EditorSession, output: OutputRecord): void {
  const { api, catalog, painter, store, ui } = session;
  if (painter === undefined) return;
  const sampler = redrawingNode(store.document, catalog, makerOf(output));
  if (sampler === undefined || store.isReadOnly) {
    ui.setState({ message: store.isReadOnly ? texts.painting.readOnly : texts.painting.noSampler });
    return;
  }
  painter.open({
    image: { url: api.outputUrl(output), widthPx: output.widthPx, heightPx: output.heightPx },
    prompt: promptOf(store.document, catalog, sampler)?.value,
    async apply(painted) {
      const [image, mask] = await Promise.all([
        fileOfOutput(session, output).then(api.images.upload),
        uploadMask(session, painted),
      ]);
      const wired = wireInpainting(store, catalog, {
        sampler,
        image: { name: image.name },
        mask,
        ...promptIn(painted),
      });
      finish(session, wired, painted);
    },
  });
}

/** Lets the user paint the mask of a node that loads one, or a mask for the image that a node loads. */
export async function paintMaskAt(session: EditorSession, node: string): Promise<void> {
  const { catalog, painter, store, ui } = session;
  if (painter === undefined) return;
  if (store.isReadOnly) return ui.setState({ message: texts.painting.readOnly });
  const loader = loaderOf(definitionOf(catalog, store.document.nodes, node));
  try {
    if (loader?.maskParams === undefined) await paintOverImage(session, node);
    else await paintMaskOfNode(session, node);
  } catch (error) {
    ui.setState({ message: errorWords(error) });
  }
}

async function paintOverImage(session: EditorSession, node: string): Promise<void> {
  const { catalog, painter, store } = session;
  const image = await imageOf(session, node);
  if (image === undefined) return session.ui.setState({ message: texts.painting.noImage });
  const readers = nodesReached(store.document.nodes, node, 'down');
  const sampler = [...readers].find((id) => definitionOf(catalog, store.document.nodes, id)?.inpaint?.encoder);
  const before = sampler === undefined ? undefined : maskNodeOf(store.document, catalog, sampler);
  const start = before !== undefined && (await imageOf(session, before));
  painter?.open({
    image: sizeOf(image),
    ...(start && before && { start: { url: start.url, isPainted: readsPaintedMask(store.document, catalog, before) } }),
    prompt: sampler === undefined ? undefined : promptOf(store.document, catalog, sampler)?.value,
    async apply(painted) {
      const mask = await uploadMask(session, painted);
      const wired =
        sampler === undefined
          ? [addMaskBeside(store, catalog, { node, mask })].filter((id) => id !== undefined)
          : wireInpainting(store, catalog, { sampler, image: { node }, mask, ...promptIn(painted) });
      finish(session, wired, painted);
    },
  });
}

async function paintMaskOfNode(session: EditorSession, node: string): Promise<void> {
  const { catalog, painter, store } = session;
  const { document } = store;
  const own = await imageOf(session, node);
  const isPainted = own !== undefined && readsPaintedMask(document, catalog, node);
  const below = imageUnderMask(document, catalog, node);
  const underneath = below === undefined ? undefined : await imageOf(session, below);
  const image = own !== undefined && !isPainted ? own : (underneath ?? own);
  painter?.open({
    image: image === undefined ? BLANK : sizeOf(image),
    ...(own && { start: { url: own.url, isPainted } }),
    async apply(painted) {
      const mask = await uploadMask(session, painted);
      replaceMask(store, catalog, { node, mask });
      finish(session, [node], painted);
    },
  });
}

// Where no image is known, shapes can be painted all the same: the sampler stretches the mask to its image.
const BLANK = { url: '', widthPx: 512, heightPx: 512 } as const;

function sizeOf({ url, widthPx = BLANK.widthPx, heightPx = BLANK.heightPx }: StoredImage) {
  return { url, widthPx, heightPx };
}

async function imageOf({ api, catalog, store }: EditorSession, node: string): Promise<StoredImage | undefined> {
  const { nodes } = store.document;
  const loader = loaderOf(definitionOf(catalog, nodes, node));
  const name = loader && nodes[node]?.params?.[loader.param];
  return typeof name === 'string' && name !== '' ? api.images.find(name) : undefined;
}

/** @returns the name by which a param means just this mask, however many are called alike */
async function uploadMask({ api }: EditorSession, { mask }: PaintedMask): Promise<string> {
  return (await api.images.upload(mask)).sha256;
}

function promptIn({ prompt }: PaintedMask) {
  return prompt === undefined ? {} : { prompt };
}

/** Brings cards into view, unless all are. */
async function showAll({ canvas, catalog, store }: EditorSession, ids: readonly string[]): Promise<void> {
  await canvas.current?.reconciler.settled();
  const adapter = canvas.current;
  if (adapter === undefined) return;
  const { x, y, k } = adapter.viewport;
  const { widthPx, heightPx } = adapter.size;
  const shown = { x: -x / k, y: -y / k, width: widthPx / k, height: heightPx / k };
  const boxes = ids.flatMap((id) => boxOf(store.document, catalog, id) ?? []);
  if (!boxes.every((box) => contains(shown, box))) adapter.fit(ids);
}

function finish(session: EditorSession, wired: readonly string[], { run }: PaintedMask): void {
  const { ui } = session;
  ui.setState({ selection: new Set(wired), message: texts.painting.done });
  void showAll(session, wired);
  if (run) void session.running?.runner.run();
}
