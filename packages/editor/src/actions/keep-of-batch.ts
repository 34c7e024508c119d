import {
  type LinkSource,
  ownEntry,
  parseLink,
  type Subgraph,
  subgraphNameOf,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import type { OutputRecord } from '@unclip-studio/protocol';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import { freePlaceForNode } from '../catalog/free-place.js';
import type { DocumentDraft, Point } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type Nodes, nodesReached } from '../document/links.js';
import { freshNodeId, numbered } from '../document/node-ids.js';
import { texts } from '../messages/texts.js';
import { cellsOfSweep, type SweepBypass, type SweepCell } from './sweep-cells.js';
import { plainDocument } from './wire-inpainting.js';

const COLUMN = 330;
const DOWN = 620;

/** The cell of a sweep that an image is of. */
export interface KeptCell extends SweepCell {
  /** It leaves the sweep out. */
  readonly link: SweepBypass;
}

/** One image of a batch: where it is generated, and how it gets from there to the node that saved it. */
export interface ImageOfBatch {
  /** The node that generates the batch. */
  readonly source: string;
  /** The nodes around it, if it is inside of subgraphs, the outermost first. */
  readonly groups: readonly string[];
  /** From its first reader to the node that saved the image; of the workflow's own nodes only. */
  readonly path: readonly string[];
  /** The param that chooses one image, and its value. */
  readonly only: string;
  readonly value: number;
  /** Images of the whole batch. */
  readonly count: number;
  readonly cell?: KeptCell;
}

/** Whether an image is one of several that a node saved in the same run; so it may be where those are not known. */
export function isOneOfSeveral(output: OutputRecord, outputs?: readonly OutputRecord[]): boolean {
  const isBeside = (other: OutputRecord) => other.runId === output.runId && other.node === output.node;
  return output.index > 0 || outputs === undefined || outputs.filter(isBeside).length > 1;
}

/** The image that is meant. */
interface MadeImage extends Pick<OutputRecord, 'node' | 'index'> {
  /** Images that its node saved in the run. */
  readonly count: number;
}

/**
 * Finds what generated an image, across nodes that make one image of each that they get, subgraphs, and a sweep.
 *
 * @returns `undefined` if there is a node in between that does something else
 */
export function imageOfBatch(workflow: Workflow, catalog: EditorCatalog, image: MadeImage): ImageOfBatch | undefined {
  const at = image.node.split('/');
  let { index, count } = image;
  let groups: readonly string[] = at.slice(0, -1);
  let id = at.at(-1) ?? '';
  let output = '';
  let reader: Reader | undefined;
  let cell: ImageOfBatch['cell'];
  const path: string[] = [];
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const body = bodyAt(workflow, groups);
    const node = body && ownEntry(body.nodes, id);
    if (body === undefined || node === undefined || node.mode !== undefined) return undefined;
    // 1: into a subgraph, by its output
    const inner = parseLink(workflow.subgraphs?.[subgraphNameOf(node.type) ?? '']?.outputs?.[output] ?? '');
    if (inner !== undefined) {
      groups = [...groups, id];
      ({ node: id, output } = inner);
      continue;
    }
    // 2: the sampler
    const { batch, imagesFrom = '', expands } = catalog.types.get(node.type) ?? {};
    if (batch !== undefined) {
      const chosen = Number(node.params?.[batch.only] ?? 0);
      const value = chosen > 0 ? chosen : index + 1;
      return { source: id, groups, path, only: batch.only, value, count, ...(cell && { cell }) };
    }
    // 3: the cell of a sweep
    let input = imagesFrom;
    if (expands?.kind === 'sweep') {
      const found =
        groups.length === 0 && output === expands.each ? cellOf(workflow, catalog, { id, index, count }) : undefined;
      const source = ownEntry(node.inputs, expands.input);
      if (found === undefined || reader === undefined || source === undefined || cell !== undefined) return undefined;
      input = expands.input;
      cell = { params: found.params, link: { ...reader, source } };
      ({ index, count } = found);
    } else if (groups.length === 0) path.unshift(id);
    // 4: to what it reads, out of a subgraph where that is outside
    const link = linkOf(workflow, { groups, id, input });
    if (link === undefined) return undefined;
    ({ groups, reader } = link);
    ({ node: id, output } = link.source);
  }
  return undefined;
}

/** More than any way that leads somewhere. */
const MAX_STEPS = 1000;

type Reader = { readonly reader: string; readonly input: string };

/** The nodes of a subgraph that is reached through these nodes, or the workflow's own. */
function bodyAt(workflow: Workflow, groups: readonly string[]): Pick<Subgraph, 'nodes' | 'inputs'> | undefined {
  let body: Pick<Subgraph, 'nodes' | 'inputs'> | undefined = { nodes: workflow.nodes };
  for (const id of groups) {
    const name = subgraphNameOf(ownEntry(body?.nodes, id)?.type ?? '');
    body = name === undefined ? undefined : ownEntry(workflow.subgraphs, name);
  }
  return body;
}

/** What an input reads, and which input of the nodes there it is that does. */
function linkOf(
  workflow: Workflow,
  { groups, id, input }: { readonly groups: readonly string[]; readonly id: string; readonly input: string },
): { readonly groups: readonly string[]; readonly reader: Reader; readonly source: LinkSource } | undefined {
  const body = bodyAt(workflow, groups);
  const source = parseLink(ownEntry(ownEntry(body?.nodes, id)?.inputs, input) ?? '');
  if (source !== undefined) return { groups, reader: { reader: id, input }, source };
  const group = groups.at(-1);
  const port = Object.entries(body?.inputs ?? {}).find(([, { to }]) => to.includes(`${id}.${input}`))?.[0];
  if (group === undefined || port === undefined) return undefined;
  return linkOf(workflow, { groups: groups.slice(0, -1), id: group, input: port });
}

/** The cell of a sweep that one of its images is of, and the image's place among those of the cell. */
function cellOf(
  workflow: Workflow,
  catalog: EditorCatalog,
  { id, index, count }: { readonly id: string; readonly index: number; readonly count: number },
) {
  const cells = cellsOfSweep(workflow, catalog, id);
  const perCell = count / cells.length;
  if (!Number.isInteger(perCell) || perCell < 1) return undefined;
  const { params = [] } = cells[Math.floor(index / perCell)] ?? {};
  return { params, index: index % perCell, count: perCell };
}

/** Whether a workflow makes an image in the same way as another, apart from params. @param saver the node that saved it */
export function isMadeAlike(own: Workflow, made: Workflow, saver: string): boolean {
  const [id = ''] = saver.split('/');
  return [id, ...nodesReached(made.nodes, id, 'up')].every((one) => {
    const [mine, other] = [own.nodes[one], made.nodes[one]];
    return mine !== undefined && other !== undefined && shapeOf(own, mine) === shapeOf(made, other);
  });
}

/** Its type and what it reads; of a subgraph everything inside. */
function shapeOf(workflow: Workflow, { type, inputs = {}, mode }: WorkflowNode, depth = 0): string {
  const sorted = <Value>(entries: Readonly<Record<string, Value>> = {}) =>
    Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = depth > MAX_DEPTH ? undefined : workflow.subgraphs?.[subgraphNameOf(type) ?? ''];
  const inside = body && [
    sorted(body.nodes).map(([id, node]) => [id, shapeOf(workflow, node, depth + 1)]),
    sorted(body.inputs).map(([name, { to }]) => [name, to]),
    sorted(body.outputs),
  ];
  return JSON.stringify([type, mode ?? '', sorted(inputs), inside]);
}

/** Deeper ones do not run; a file may hold a circle. */
const MAX_DEPTH = 64;

export interface KeepOptions {
  /** The workflow that made the image, with the seeds of its run. */
  readonly made: Workflow;
  /** The node that saved it. */
  readonly saver: string;
  readonly image: ImageOfBatch;
  /** Also generates it at a larger size, in a second pass. */
  readonly isLarger: boolean;
}

/**
 * Changes the workflow so that it generates one image of a batch alone, the same as in the batch, as one step.
 *
 * @returns the nodes that were added
 */
export function keepOfBatch(
  store: DocumentStore,
  catalog: EditorCatalog,
  { made, saver, image, isLarger }: KeepOptions,
): readonly string[] {
  const { source, groups, only, value, cell } = image;
  const added: string[] = [];
  store.editWhole(texts.edits.keepOnly, (draft) => {
    takeMade(draft, made, saver);
    if (cell !== undefined) takeCell(draft, cell);
    setParamInside(draft, { groups, node: source, name: only, value });
    if (isLarger && groups.length === 0) added.push(...addSecondPass(draft, catalog, image));
  });
  return added;
}

/** Changes the workflow so that it generates only one cell of the grid that was saved, as one step. */
export function keepCell(
  store: DocumentStore,
  { made, saver, cell }: Pick<KeepOptions, 'made' | 'saver'> & { readonly cell: KeptCell },
): void {
  store.editWhole(texts.edits.keepCell, (draft) => {
    takeMade(draft, made, saver);
    takeCell(draft, cell);
  });
}

/** Takes over the params of all that made an image. */
function takeMade(draft: DocumentDraft, made: Workflow, saver: string): void {
  const [id = ''] = saver.split('/');
  takeParams(draft, made.nodes, [id, ...nodesReached(made.nodes, id, 'up')]);
  for (const [name, body] of Object.entries(made.subgraphs ?? {})) {
    const own = draft.subgraphs?.[name];
    if (own !== undefined)
      takeParams(own as Pick<DocumentDraft, 'nodes' | 'layout'>, body.nodes, Object.keys(body.nodes));
  }
}

/** Sets the values of a cell, and leaves its sweep out. */
function takeCell(draft: DocumentDraft, { params, link }: KeptCell): void {
  for (const { node, name, value } of params) {
    const varied = draft.nodes[node];
    if (varied !== undefined) varied.params = { ...varied.params, [name]: value };
  }
  const reader = draft.nodes[link.reader];
  if (reader !== undefined) reader.inputs = { ...reader.inputs, [link.input]: link.source };
}

/** Lets nodes have the params with which the image was made. */
function takeParams(draft: Pick<DocumentDraft, 'nodes' | 'layout'>, made: Nodes, ids: readonly string[]): void {
  for (const id of ids) {
    const node = draft.nodes[id];
    if (node === undefined) continue;
    const { params } = made[id] ?? {};
    if (params === undefined) delete node.params;
    else node.params = structuredClone(params) as NonNullable<typeof node.params>;
    // A random seed would be another one in the next run.
    const looks = draft.layout?.nodes[id];
    if (looks !== undefined) delete looks.seeds;
  }
}

interface InsideParam {
  readonly groups: readonly string[];
  readonly node: string;
  readonly name: string;
  readonly value: unknown;
}

/** Sets a param of a node inside of subgraphs for this one use of them: each gets a param that leads to it. */
function setParamInside(draft: DocumentDraft, { groups, node, name, value }: InsideParam): void {
  let nodes: DocumentDraft['nodes'] = draft.nodes;
  const bodies = groups.flatMap((group) => {
    const body = draft.subgraphs?.[subgraphNameOf(nodes[group]?.type ?? '') ?? ''];
    if (body === undefined) return [];
    nodes = body.nodes as DocumentDraft['nodes'];
    return [body];
  });
  let place = `${node}.${name}`;
  for (const [i, body] of [...bodies.entries()].reverse()) {
    const params = { ...body.params };
    const known = Object.keys(params).find((one) => params[one] === place);
    const param = known ?? numbered(name, (taken) => Object.hasOwn(params, taken));
    body.params = { ...params, [param]: place };
    place = `${groups[i]}.${param}`;
  }
  const { node: own = node, output: param = name } = parseLink(place) ?? {};
  const target = draft.nodes[own];
  if (target !== undefined) target.params = { ...target.params, [param]: value };
}

/** What happens to the images of `source` happens once more to enlarged ones, with nodes of their own. @returns their ids */
function addSecondPass(
  draft: DocumentDraft,
  catalog: EditorCatalog,
  { source, path, only, value, count }: ImageOfBatch,
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
