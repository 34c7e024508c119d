import { idOf, isRecord, listOf } from './comfy-graph.js';
import { namesOf, nameValues } from './signatures.js';
import { readUiGraph, type UiGraph, type UiLink, type UiNode } from './ui-graph.js';

// What a definition calls the two ends of its own inputs and outputs.
const INPUT_NODE = '-10';
const OUTPUT_NODE = '-20';
// Deeper than anybody nests by hand; a definition that holds itself would never end.
const MAX_DEPTH = 16;

/** Puts what is inside of subgraphs in their place; inner ids get the outer one and a colon before them. */
export function expandSubgraphs(graph: UiGraph, json: Readonly<Record<string, unknown>>, problems: string[]): UiGraph {
  const definitions = new Map<string, Readonly<Record<string, unknown>>>();
  const listed = isRecord(json['definitions']) ? listOf(json['definitions']['subgraphs']) : [];
  for (const value of listed) if (isRecord(value)) definitions.set(String(value['id']), value);
  let expanded = graph;
  for (let depth = 0; expanded.nodes.some(({ type }) => definitions.has(type)); depth++) {
    if (depth === MAX_DEPTH) {
      problems.push(`Subgraphs are nested more than ${MAX_DEPTH} deep, or hold themselves; the inmost are left out.`);
      return { ...expanded, nodes: expanded.nodes.filter(({ type }) => !definitions.has(type)) };
    }
    for (const node of expanded.nodes) {
      const definition = definitions.get(node.type);
      if (definition !== undefined) expanded = expandOne(expanded, node, definition, problems);
    }
  }
  return expanded;
}

function expandOne(
  { nodes, links }: UiGraph,
  outer: UiNode,
  definition: Readonly<Record<string, unknown>>,
  problems: string[],
): UiGraph {
  const inner = readUiGraph(definition, problems);
  const prefixed = (id: string) => `${outer.id}:${id}`;
  const into = links.filter(({ to }) => to === outer.id);
  const outOf = links.filter(({ from }) => from === outer.id);
  // A reader inside gets what the outer node gets at that slot.
  const entering = inner.links
    .filter(({ from }) => from === INPUT_NODE)
    .flatMap(({ id, fromSlot, to, toSlot }) =>
      into
        .filter((link) => link.toSlot === fromSlot)
        .map((link) => ({ ...link, id: prefixed(id), to: prefixed(to), toSlot })),
    );
  const leaving = inner.links
    .filter(({ to }) => to === OUTPUT_NODE)
    .flatMap(({ from, fromSlot, toSlot }) =>
      outOf.filter((link) => link.fromSlot === toSlot).map((link) => ({ ...link, from: prefixed(from), fromSlot })),
    );
  const within = inner.links
    .filter(({ from, to }) => from !== INPUT_NODE && to !== OUTPUT_NODE)
    .map((link): UiLink => ({ ...link, id: prefixed(link.id), from: prefixed(link.from), to: prefixed(link.to) }));
  const shown = shownValues(outer, definition, inner);
  const added = inner.nodes.map((node): UiNode => {
    const raw = { ...node.raw, ...outerMode(outer), pos: shifted(node.raw['pos'], outer.raw['pos']) };
    const names = namesOf(node);
    return {
      ...node,
      id: prefixed(node.id),
      raw,
      named: { ...nameValues(names ?? [], node.values), ...node.named, ...shown.get(node.id) },
      values: names === undefined ? node.values : [],
    };
  });
  return {
    nodes: nodes.flatMap((node) => (node === outer ? added : [node])),
    links: [
      ...links.filter(({ from, to }) => from !== outer.id && to !== outer.id),
      ...entering,
      ...within,
      ...leaving,
    ],
  };
}

/** A subgraph that is muted or bypassed is so in all of its parts. */
function outerMode({ raw }: UiNode): { readonly mode?: unknown } {
  return raw['mode'] === 2 || raw['mode'] === 4 ? { mode: raw['mode'] } : {};
}

type ShownValues = Map<string, Readonly<Record<string, unknown>>>;

/** Values of inner widgets that are set on the outer node: inner id -> widget -> value. */
function shownValues(outer: UiNode, definition: Readonly<Record<string, unknown>>, inner: UiGraph): ShownValues {
  const shown: ShownValues = new Map();
  const show = (id: string, widget: string, value: unknown) =>
    void shown.set(id, { ...shown.get(id), [widget]: value });
  // 1. Widgets that the outer node stands in for, by node and name. Those of its own inputs are said as of a node "-1".
  const properties = isRecord(outer.raw['properties']) ? outer.raw['properties'] : {};
  const proxies = listOf(properties['proxyWidgets']);
  const ofInputs = new Map<string, unknown>(Object.entries(outer.named));
  for (const [place, entry] of proxies.entries()) {
    const [node, widget] = listOf(entry);
    const id = idOf(node);
    if (id === undefined || typeof widget !== 'string' || place >= outer.values.length) continue;
    if (id === '-1') ofInputs.set(widget, outer.values[place]);
    else show(id, widget, outer.values[place]);
  }
  // 2. Inputs that lead to widgets inside are widgets of the outer node, in their order.
  const names = listOf(definition['inputs']).map((input) => (isRecord(input) ? String(input['name']) : ''));
  const targets = names.map((_, slot) => widgetsBehind(slot, inner));
  const withWidgets = names.filter((_, slot) => (targets[slot] ?? []).length > 0);
  if (proxies.length === 0 && outer.values.length === withWidgets.length) {
    for (const [place, name] of withWidgets.entries()) ofInputs.set(name, outer.values[place]);
  }
  for (const [slot, name] of names.entries()) {
    if (!ofInputs.has(name)) continue;
    for (const { id, widget } of targets[slot] ?? []) show(id, widget, ofInputs.get(name));
  }
  return shown;
}

/** The widgets inside that an input of a definition leads to. */
function widgetsBehind(slot: number, { nodes, links }: UiGraph) {
  return links.flatMap(({ from, fromSlot, to, toSlot }) => {
    if (from !== INPUT_NODE || fromSlot !== slot) return [];
    const widget = nodes.find(({ id }) => id === to)?.inputs[toSlot]?.widget;
    return widget === undefined ? [] : [{ id: to, widget }];
  });
}

function shifted(inner: unknown, outer: unknown): unknown {
  const [x, y] = listOf(inner);
  const [dx, dy] = listOf(outer);
  return [x, y, dx, dy].every((value) => typeof value === 'number')
    ? [(x as number) + (dx as number), (y as number) + (dy as number)]
    : inner;
}
