import {
  type ComfyBox,
  type ComfyGraph,
  type ComfyGroup,
  type ComfyLink,
  type ComfyNode,
  type ComfyNote,
  idOf,
  isRecord,
  listOf,
  textOf,
} from './comfy-graph.js';
import { expandGroupNodes } from './expand-group-nodes.js';
import { expandSubgraphs } from './expand-subgraphs.js';
import { giveValues } from './give-values.js';
import { MAX_COMFY_GROUPS } from './limits.js';
import { checkSize, tooMany } from './page-size.js';
import { namesOf, nameValues } from './signatures.js';
import { readUiGraph, type UiGraph, type UiLink, type UiNode } from './ui-graph.js';

const NOTES: ReadonlySet<string> = new Set(['Note', 'MarkdownNote']);
const OF_PAGE: ReadonlySet<string> = new Set(['Reroute', 'PrimitiveNode']);

/** Whether this is a page as ComfyUI saves it. */
export function isUiFormat(json: unknown): json is Readonly<Record<string, unknown>> {
  return isRecord(json) && Array.isArray(json['nodes']);
}

/**
 * Reads a saved page. Subgraphs and group nodes are expanded, primitives are written into the widgets they lead to,
 * reroutes are followed; the table of links counts, and a link without an end is reported and dropped.
 */
export function readUi(json: Readonly<Record<string, unknown>>): ComfyGraph {
  const problems: string[] = [];
  const flat = expandGroupNodes(expandSubgraphs(readUiGraph(json, problems), json, problems), json, problems);
  checkSize({ nodes: flat.nodes.length, characters: 0 });
  const byId = new Map(flat.nodes.map((node) => [node.id, node]));
  problems.push(...repeatedIds(flat.nodes), ...missingLinks(json));
  const incoming = linksByReader(flat, byId, problems);
  const sourceOf = createSourceOf(incoming, byId);
  const nodes = new Map<string, ComfyNode>();
  const notes: ComfyNote[] = [];
  for (const node of flat.nodes) {
    if (NOTES.has(node.type)) notes.push({ id: node.id, text: textOf(firstValue(node)), ...boxOf(node.raw) });
    else if (!OF_PAGE.has(node.type)) nodes.set(node.id, toNode(node, incoming, sourceOf));
  }
  const groups = listOf(json['groups']).flatMap(toGroup);
  if (groups.length > MAX_COMFY_GROUPS) throw tooMany('groups', groups.length, MAX_COMFY_GROUPS);
  return { format: 'ui', nodes: giveValues(nodes), groups, notes, page: json, problems };
}

function repeatedIds(nodes: readonly UiNode[]): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set(nodes.flatMap(({ id }) => (seen.size === seen.add(id).size ? [id] : [])));
  return [...repeated].map((id) => `Several nodes have the id ${id}; only the last of them is read.`);
}

/** Inputs that name a link of which the table of links knows nothing. */
function missingLinks(json: Readonly<Record<string, unknown>>): readonly string[] {
  const known = new Set(listOf(json['links']).map((link) => idOf(isRecord(link) ? link['id'] : listOf(link)[0])));
  return listOf(json['nodes']).flatMap((node) => {
    const inputs = isRecord(node) ? listOf(node['inputs']).filter(isRecord) : [];
    const missing = inputs.filter(({ link }) => idOf(link) !== undefined && !known.has(idOf(link)));
    return missing.map(({ name, link }) => {
      const { id, type } = node as Readonly<Record<string, unknown>>;
      return `Node ${textOf(id)} (${textOf(type)}), input ${textOf(name)}: there is no link ${textOf(link)}.`;
    });
  });
}

type Incoming = ReadonlyMap<string, UiLink>;

const keyOf = (node: string, slot: number) => `${node} ${slot}`;

function linksByReader({ links }: UiGraph, byId: ReadonlyMap<string, UiNode>, problems: string[]): Incoming {
  const found = new Map<string, UiLink>();
  for (const link of links) {
    if (byId.has(link.from) && byId.has(link.to)) found.set(keyOf(link.to, link.toSlot), link);
    else
      problems.push(
        `Link ${link.id}: it has no end, since there is no node ${byId.has(link.from) ? link.to : link.from}.`,
      );
  }
  return found;
}

function toNode(node: UiNode, incoming: Incoming, sourceOf: SourceOf): ComfyNode {
  const names = namesOf(node);
  const values: Record<string, unknown> = { ...nameValues(names ?? [], node.values), ...node.named };
  const links: Record<string, ComfyLink> = {};
  for (const [slot, { name }] of node.inputs.entries()) {
    const source = sourceOf(incoming.get(keyOf(node.id, slot)));
    if (source === undefined) continue;
    const { widget = name } = node.inputs[slot] ?? {};
    if (source.kind === 'value') values[widget] = source.value;
    else {
      links[name] = source.link;
      delete values[widget];
    }
  }
  const unnamed = names === undefined ? { unnamed: node.values } : {};
  const { title } = node.raw;
  return {
    ...{ id: node.id, type: node.type, values, links, ...unnamed },
    mode: node.raw['mode'] === 2 ? 'mute' : node.raw['mode'] === 4 ? 'bypass' : 'run',
    ...(typeof title === 'string' && title !== node.type ? { title } : {}),
    place: boxOf(node.raw),
    inputTypes: Object.fromEntries(node.inputs.map(({ name, type }) => [name, type])),
    outputTypes: node.outputs.map(({ type }) => type),
  };
}

function firstValue({ values, named }: UiNode): unknown {
  return values.length > 0 ? values[0] : Object.values(named)[0];
}

type Source = { readonly kind: 'link'; readonly link: ComfyLink } | { readonly kind: 'value'; readonly value: unknown };

type SourceOf = (link: UiLink | undefined) => Source | undefined;

/**
 * Follows links through reroutes to a node, or to a primitive's value. What a reroute leads to is found once, however many
 * links lead through it.
 */
function createSourceOf(incoming: Incoming, byId: ReadonlyMap<string, UiNode>): SourceOf {
  const known = new Map<string, Source | undefined>();

  function follow(link: UiLink | undefined, passed: Set<string>): Source | undefined {
    for (let at = link; at !== undefined; at = incoming.get(keyOf(at.from, 0))) {
      const source = byId.get(at.from);
      if (source?.type === 'PrimitiveNode') return { kind: 'value', value: firstValue(source) };
      if (source?.type !== 'Reroute') return { kind: 'link', link: { node: at.from, slot: at.fromSlot } };
      if (known.has(at.from)) return known.get(at.from);
      // Reroutes that lead in a circle lead from nowhere.
      if (passed.has(at.from)) return undefined;
      passed.add(at.from);
    }
    return undefined;
  }

  return (link) => {
    const passed = new Set<string>();
    const source = follow(link, passed);
    for (const reroute of passed) known.set(reroute, source);
    return source;
  };
}

function toGroup(value: unknown): readonly ComfyGroup[] {
  if (!isRecord(value)) return [];
  const [x = 0, y = 0, width = 0, height = 0] = numbersOf(value['bounding']);
  return [{ title: textOf(value['title']), x, y, width, height }];
}

/** `pos` and `size` are lists, or objects whose keys are the places. */
function boxOf({ pos, size }: Readonly<Record<string, unknown>>): ComfyBox {
  const [x = 0, y = 0] = numbersOf(pos);
  const [width = 210, height = 60] = numbersOf(size);
  return { x, y, width, height };
}

function numbersOf(value: unknown): readonly number[] {
  const list = Array.isArray(value) ? value : isRecord(value) ? [0, 1, 2, 3].map((place) => value[String(place)]) : [];
  return list.filter((item): item is number => typeof item === 'number' && Number.isFinite(item));
}
