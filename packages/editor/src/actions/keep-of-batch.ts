import { parseLink, type WorkflowNode } from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import type { DocumentDraft, Point } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type Nodes, nodesReached } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';
import { readDocument } from '../document/read-document.js';
import { texts } from '../messages/texts.js';
import type { EditorSession } from '../session/session.js';
import { plainDocument } from './wire-inpainting.js';

const COLUMN = 330;
const DOWN = 620;

/** One image of a batch: where it is generated, and how it gets from there to the node that saved it. */
export interface ImageOfBatch {
  /** The node that generates the batch. */
  readonly source: string;
  /** From its first reader to the node that saved the image. */
  readonly path: readonly string[];
  /** The param that chooses one image, and its value. */
  readonly only: string;
  readonly value: number;
}

/** Whether an image is one of several that a node saved in the same run. */
export function isOneOfSeveral(output: OutputRecord, outputs: readonly OutputRecord[] = []): boolean {
  const isBeside = (other: OutputRecord) => other.runId === output.runId && other.node === output.node;
  return output.index > 0 || outputs.filter(isBeside).length > 1;
}

/**
 * Finds what generated an image, across nodes that make one image of each that they get.
 *
 * @returns `undefined` if there is a node in between that does something else
 */
export function imageOfBatch(
  nodes: Nodes,
  catalog: EditorCatalog,
  { node: saver, index }: Pick<OutputRecord, 'node' | 'index'>,
): ImageOfBatch | undefined {
  const path: string[] = [];
  for (let id = saver; !path.includes(id); ) {
    const node: WorkflowNode | undefined = nodes[id];
    if (node === undefined || node.mode !== undefined) return undefined;
    const { inputs = {}, params = {} } = node;
    const { batch, imagesFrom = '' } = definitionOf(catalog, nodes, id) ?? {};
    if (batch !== undefined) {
      const chosen = Number(params[batch.only] ?? 0);
      return { source: id, path, only: batch.only, value: chosen > 0 ? chosen : index + 1 };
    }
    path.unshift(id);
    id = parseLink(inputs[imagesFrom] ?? '')?.node ?? '';
  }
  return undefined;
}

/** Whether a workflow makes an image in the same way as another, apart from params. */
export function isMadeAlike(own: Nodes, made: Nodes, saver: string): boolean {
  return [saver, ...nodesReached(made, saver, 'up')].every((id) => {
    const [one, other] = [own[id], made[id]];
    return one !== undefined && other !== undefined && shapeOf(one) === shapeOf(other);
  });
}

function shapeOf({ type, inputs = {}, mode }: WorkflowNode): string {
  return JSON.stringify([type, mode ?? '', Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

export interface KeepOptions {
  /** The workflow that made the image, with the seeds of its run. */
  readonly made: Nodes;
  readonly image: ImageOfBatch;
  /** Also generates it at a larger size, in a second pass. */
  readonly isLarger: boolean;
  /** Images in the whole batch. */
  readonly count: number;
}

/**
 * Changes the workflow so that it generates one image of a batch alone, the same as in the batch, as one step.
 *
 * @returns the nodes that were added
 */
export function keepOfBatch(
  store: DocumentStore,
  catalog: EditorCatalog,
  { made, image, isLarger, count }: KeepOptions,
): readonly string[] {
  const { source, path, only, value } = image;
  const saver = path.at(-1) ?? source;
  const added: string[] = [];
  store.edit(texts.edits.keepOnly, (draft) => {
    for (const id of [saver, ...nodesReached(made, saver, 'up')]) {
      const node = draft.nodes[id];
      if (node === undefined) continue;
      const { params } = made[id] ?? {};
      if (params === undefined) delete node.params;
      else node.params = structuredClone(params) as NonNullable<typeof node.params>;
      // A random seed would be another one in the next run.
      delete draft.layout.nodes[id]?.seeds;
    }
    const sampler = draft.nodes[source];
    if (sampler !== undefined) sampler.params = { ...sampler.params, [only]: value };
    if (isLarger) added.push(...addSecondPass(draft, catalog, image, count));
  });
  return added;
}

/** What happens to the images of `source` happens once more to enlarged ones, with nodes of their own. @returns their ids */
function addSecondPass(
  draft: DocumentDraft,
  catalog: EditorCatalog,
  { source, path, only, value }: ImageOfBatch,
  count: number,
): readonly string[] {
  const sampler = draft.nodes[source];
  const definition = definitionOf(catalog, draft.nodes as Nodes, source);
  const pass = definition?.secondPass;
  if (sampler === undefined || definition === undefined || pass === undefined) return [];
  const ids: string[] = [];
  const add = (node: WorkflowNode, at: Point): string => {
    const known = catalog.types.get(node.type);
    const document = plainDocument(draft);
    const id = freshNodeId(node.type, (taken) => Object.hasOwn(document.nodes, taken));
    draft.layout.nodes[id] =
      known === undefined ? at : freePlaceForNode(document, catalog, { node, definition: known, at });
    draft.nodes[id] = node as DocumentDraft['nodes'][string];
    ids.push(id);
    return id;
  };
  const under = (id: string, columns: number): Point => {
    const { x, y } = draft.layout.nodes[id] ?? { x: 0, y: 0 };
    return { x: x + columns * COLUMN, y: y + DOWN };
  };
  const named = <Value>(all: Readonly<Record<string, Value>> | undefined, names: readonly string[]) =>
    Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => names.includes(name)));

  // 1: the enlarged result
  const { output, input, enlarger, sets } = pass;
  const large = add({ type: enlarger.type, inputs: { [enlarger.input]: `${source}.${output}` } }, under(source, 0));

  // 2: drawn again; where several images guide the batch, only one of them guides this image
  const perGuide = (definition.duration?.rows ?? []).reduce(
    (product, name) => product * Number(sampler.params?.[name] ?? definition.params[name]?.default),
    1,
  );
  const guide = count > perGuide ? { [only]: Math.floor((value - 1) / perGuide) + 1 } : {};
  const inputs = { ...named(sampler.inputs, pass.inputs), [input]: `${large}.${enlarger.output}` };
  const params = { ...named(sampler.params, pass.params), ...sets, ...guide };
  let copy = add({ type: sampler.type, inputs, params }, under(source, 1));

  // 3: the way to the file, once more
  let original = source;
  for (const id of path) {
    const node = plainDocument(draft).nodes[id];
    if (node === undefined) continue;
    const led = Object.entries(node.inputs ?? {}).map(([name, link]) => {
      const from = parseLink(link);
      return [name, from?.node === original ? `${copy}.${from.output}` : link];
    });
    copy = add({ ...structuredClone(node), inputs: Object.fromEntries(led) }, under(id, 1));
    original = id;
  }
  return ids;
}

/** Does it to what is open if that made the image, or else to the workflow of the image, which it opens. */
export async function keepImage(session: EditorSession, output: OutputRecord, isLarger: boolean): Promise<void> {
  const { api, files, store, catalog, ui, canvas } = session;
  const [workflow, run] = await Promise.all([files.client.readOutputWorkflow(output.id), api.runs.read(output.runId)]);
  const made = readDocument(workflow);
  const image = imageOfBatch(made.nodes, catalog, output);
  if (image === undefined) {
    ui.setState({ message: texts.images.notOfBatch });
    return;
  }
  const count = run.outputs.filter(({ node }) => node === output.node).length;
  const keep = async () => {
    const added = keepOfBatch(store, catalog, { made: made.nodes, image, isLarger, count });
    const index = image.value;
    ui.setState({
      message: isLarger ? texts.images.keptLarger(index) : texts.images.keptOnly(index),
      selection: new Set(added.length > 0 ? added : [image.source]),
    });
    await canvas.current?.settled();
    canvas.current?.fit(added.length > 0 ? added : undefined);
  };
  if (store.scope.length === 0 && isMadeAlike(store.document.nodes, made.nodes, output.node)) return keep();
  files.guard(() => {
    files.openNew(workflow);
    void keep();
  });
}
