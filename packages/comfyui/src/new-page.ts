import type { Workflow } from '@unclip-studio/graph-core';
import { isRecord, listOf } from './comfy-graph.js';
import type { ExportedNodes } from './export-nodes.js';
import { isLink } from './export-values.js';
import { isMutedByImport } from './mute-unneeded.js';
import {
  heightOf,
  NODE_WIDTH,
  outputTypeOf,
  type PageLink,
  type PageNode,
  type Place,
  toPageNode,
} from './page-nodes.js';
import type { ComfyApiNode } from './prompt-writer.js';

type Prompt = Readonly<Record<string, ComfyApiNode>>;

const GAP = 48;

/** Writes a workflow of ours as a page of ComfyUI: its nodes with their places, links, groups and notes. */
export function toNewPage(workflow: Workflow, { prompt, owners }: ExportedNodes): Record<string, unknown> {
  const ids = pageIdsOf(prompt);
  const places = placesOf(prompt, { workflow, owners });
  const nodes = new Map<string, PageNode>();
  for (const [order, [id, said]] of Object.entries(prompt).entries()) {
    const owner = workflow.nodes[owners.get(id)?.node ?? ''];
    const mode = owner === undefined || isMutedByImport(owner) ? undefined : owner.mode;
    const placing = { place: places.get(id) ?? { x: 0, y: 0 }, mode, order, outputCount: outputCountOf(id, prompt) };
    nodes.set(id, toPageNode(ids.get(id) ?? id, said, placing));
  }
  if (!hasLayout(workflow)) inColumns(prompt, nodes);
  const links: PageLink[] = [];
  for (const [id, { inputs }] of Object.entries(prompt)) {
    for (const [name, value] of Object.entries(inputs)) {
      const [target, source] = [nodes.get(id), isLink(value) ? nodes.get(value[0]) : undefined];
      if (isLink(value) && target && source) connect({ source, slot: value[1], target, name }, links);
    }
  }
  const page = { nodes: [...nodes.values()], links, groups: groupsOf(workflow), config: {}, extra: {}, version: 0.4 };
  const last = lastIdOf(page.nodes);
  const notes = notesOf(workflow).map((note, i) => toNote(last + 1 + i, note));
  const all = [...page.nodes, ...notes];
  return { last_node_id: lastIdOf(all), last_link_id: links.length, ...page, nodes: all };
}

/** The largest number among the ids of nodes or links. */
export function lastIdOf(all: readonly { readonly id: unknown }[]): number {
  return all.reduce((last, { id }) => Math.max(last, typeof id === 'number' ? id : 0), 0);
}

/**
 * Ids of a page are whole numbers where ids of the prompt are written so, and texts otherwise. A colon leads into a subgraph
 * there; ComfyUI's page replaces it as well when it opens a prompt.
 */
function pageIdsOf(prompt: Prompt): ReadonlyMap<string, number | string> {
  const ids = new Map<string, number | string>();
  const taken = new Set(Object.keys(prompt).filter((id) => !id.includes(':')));
  for (const id of Object.keys(prompt)) {
    let free = id;
    if (id.includes(':')) for (free = id.replaceAll(':', '_'); taken.has(free); ) free += '_';
    taken.add(free);
    ids.set(id, /^(?:0|[1-9]\d{0,14})$/.test(free) ? Number(free) : free);
  }
  return ids;
}

function outputCountOf(id: string, prompt: Prompt): number {
  const slots = Object.values(prompt).flatMap(({ inputs }) =>
    Object.values(inputs).flatMap((value) => (isLink(value) && value[0] === id ? [value[1] + 1] : [])),
  );
  return slots.reduce((most, count) => Math.max(most, count), 0);
}

interface Connection {
  readonly source: PageNode;
  readonly slot: number;
  readonly target: PageNode;
  readonly name: string;
}

/** Adds a link to a page, and to the link lists of both nodes. */
export function connect({ source, slot, target, name }: Connection, links: PageLink[]): void {
  const id = links.reduce((last, [known]) => Math.max(last, typeof known === 'number' ? known : 0), 0) + 1;
  const output = source.outputs?.[slot];
  const inputs = target.inputs ?? [];
  target.inputs = inputs;
  let place = inputs.findIndex((input) => input.name === name);
  const known = output?.type ?? outputTypeOf(source.type, slot);
  if (place < 0) {
    // A widget that becomes an input.
    place = inputs.push({ name, type: known, link: null, widget: { name } }) - 1;
  }
  const input = inputs[place] ?? {};
  const type = known === '*' ? (input.type ?? '*') : known;
  if (output !== undefined) {
    if (output.type === '*') output.type = type;
    output['links'] = [...listOf(output['links']), id];
  }
  if (input.type === '*') input.type = type;
  input['link'] = id;
  links.push([id, source.id, slot, target.id, place, type]);
}

export function layoutOf(workflow: Workflow) {
  const layout: Readonly<Record<string, unknown>> = isRecord(workflow.layout) ? workflow.layout : {};
  return {
    nodes: isRecord(layout['nodes']) ? layout['nodes'] : {},
    frames: listOf(layout['frames']).filter(isRecord),
    notes: listOf(layout['notes']).filter(isRecord),
  };
}

function hasLayout(workflow: Workflow): boolean {
  return Object.keys(layoutOf(workflow).nodes).length > 0;
}

export function placeOf(workflow: Workflow, node: string): Place | undefined {
  const { nodes } = layoutOf(workflow);
  const place = Object.hasOwn(nodes, node) ? nodes[node] : undefined;
  return isRecord(place) ? { x: numberOr(place['x'], 0), y: numberOr(place['y'], 0) } : undefined;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** The parts of one node of ours are put to the left of it, one below the other. */
function placesOf(
  prompt: Prompt,
  { workflow, owners }: { readonly workflow: Workflow; readonly owners: ExportedNodes['owners'] },
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const parts = new Map<string, number>();
  for (const id of Object.keys(prompt)) {
    const owner = owners.get(id);
    const place = owner && placeOf(workflow, owner.node);
    if (owner === undefined || place === undefined) continue;
    const isMain = ['node', 'sampler', 'positive'].includes(owner.role) || owner.role.startsWith('picture');
    const before = parts.get(owner.node) ?? 0;
    if (!isMain) parts.set(owner.node, before + 1);
    places.set(id, isMain ? place : { x: place.x - NODE_WIDTH - GAP, y: place.y + 220 * before });
  }
  return places;
}

/** Without a layout: from left to right as the links lead. */
function inColumns(prompt: Prompt, nodes: ReadonlyMap<string, PageNode>): void {
  const columns = new Map<string, number>();
  const columnOf = (id: string, passed: ReadonlySet<string>): number => {
    const known = columns.get(id);
    if (known !== undefined || passed.has(id) || passed.size > MAX_COLUMNS) return known ?? 0;
    const inside = new Set([...passed, id]);
    const sources = Object.values(prompt[id]?.inputs ?? {}).flatMap((value) => (isLink(value) ? [value[0]] : []));
    const column = sources.reduce((most, source) => Math.max(most, columnOf(source, inside) + 1), 0);
    columns.set(id, column);
    return column;
  };
  const heights = new Map<number, number>();
  for (const [id, node] of nodes) {
    const column = columnOf(id, new Set());
    const y = heights.get(column) ?? 0;
    node['pos'] = [column * (NODE_WIDTH + 2 * GAP), y];
    heights.set(column, y + heightOf(node) + GAP);
  }
}

// Links that are followed one behind the other; longer chains are put in fewer columns.
const MAX_COLUMNS = 200;

function groupsOf(workflow: Workflow): readonly Record<string, unknown>[] {
  return layoutOf(workflow).frames.map(toGroup);
}

export function toGroup({ title, x, y, width, height }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const bounding = [numberOr(x, 0), numberOr(y, 0), numberOr(width, 300), numberOr(height, 200)];
  return { title: typeof title === 'string' ? title : '', bounding, color: '#3f789e', font_size: 24, flags: {} };
}

function notesOf(workflow: Workflow): readonly Readonly<Record<string, unknown>>[] {
  return layoutOf(workflow).notes;
}

export function toNote(id: number, { text, x, y, width, height }: Readonly<Record<string, unknown>>): PageNode {
  return {
    ...{ id, type: 'Note', pos: [numberOr(x, 0), numberOr(y, 0)], size: [numberOr(width, 210), numberOr(height, 90)] },
    ...{ flags: {}, order: 0, mode: 0, inputs: [], outputs: [], properties: {}, color: '#432', bgcolor: '#653' },
    widgets_values: [typeof text === 'string' ? text : ''],
  };
}
