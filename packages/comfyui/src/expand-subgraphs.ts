import { idOf, isRecord, listOf, textOf } from './comfy-graph.js';
import { LinkTable } from './link-table.js';
import { charactersOf, checkSize, type PageSize } from './page-size.js';
import { namesOf, nameValues } from './signatures.js';
import { readUiGraph, type UiGraph, type UiLink, type UiNode } from './ui-graph.js';

// The names that a definition uses for the ends of its inputs and outputs.
const INPUT_NODE = '-10';
const OUTPUT_NODE = '-20';
// Deeper than anybody nests by hand; a definition that holds itself would never end.
const MAX_DEPTH = 16;

/** Replaces subgraphs by the nodes inside them; inner ids get the outer one and a colon as prefix. */
export function expandSubgraphs(graph: UiGraph, json: Readonly<Record<string, unknown>>, problems: string[]): UiGraph {
  const definitions = readDefinitions(json, problems);
  checkSize(sizeOfAll(graph.nodes, definitions));
  let { nodes } = graph;
  const links = new LinkTable(graph.links);
  for (let depth = 0; nodes.some(({ type }) => definitions.has(type)); depth++) {
    if (depth === MAX_DEPTH) {
      problems.push(`Subgraphs are nested more than ${MAX_DEPTH} deep, or hold themselves; the inmost are left out.`);
      return { nodes: nodes.filter(({ type }) => !definitions.has(type)), links: links.list() };
    }
    nodes = nodes.flatMap((node) => {
      const definition = definitions.get(node.type);
      return definition === undefined ? [node] : expandOne(links, node, definition);
    });
  }
  return { nodes, links: links.list() };
}

/** A subgraph as the file defines it, read once for all its uses. */
interface SubgraphDefinition {
  readonly inner: UiGraph;
  /** Of its inputs, by slot. */
  readonly names: readonly string[];
  /** The widgets inside that an input leads to, by slot. */
  readonly widgets: ReadonlyMap<number, readonly InnerWidget[]>;
}

interface InnerWidget {
  readonly id: string;
  readonly widget: string;
}

function readDefinitions(
  json: Readonly<Record<string, unknown>>,
  problems: string[],
): ReadonlyMap<string, SubgraphDefinition> {
  const definitions = new Map<string, SubgraphDefinition>();
  const listed = isRecord(json['definitions']) ? listOf(json['definitions']['subgraphs']) : [];
  for (const value of listed)
    if (isRecord(value) && value['id'] !== undefined)
      definitions.set(textOf(value['id']), readDefinition(value, problems));
  return definitions;
}

function readDefinition(definition: Readonly<Record<string, unknown>>, problems: string[]): SubgraphDefinition {
  const inner = readUiGraph(definition, problems);
  const names = listOf(definition['inputs']).map((input) => (isRecord(input) ? textOf(input['name']) : ''));
  const byId = new Map(inner.nodes.map((node) => [node.id, node]));
  const widgets = new Map<number, InnerWidget[]>();
  for (const { from, fromSlot, to, toSlot } of inner.links) {
    const widget = from === INPUT_NODE ? byId.get(to)?.inputs[toSlot]?.widget : undefined;
    if (widget === undefined) continue;
    const known = widgets.get(fromSlot);
    if (known === undefined) widgets.set(fromSlot, [{ id: to, widget }]);
    else known.push({ id: to, widget });
  }
  return { inner, names, widgets };
}

/** What there will be, without making it: eight nodes in each of fourteen levels are 4 * 10^12. */
function sizeOfAll(nodes: readonly UiNode[], definitions: ReadonlyMap<string, SubgraphDefinition>): PageSize {
  const own = new Map<UiNode, number>();
  for (const node of [...nodes, ...[...definitions.values()].flatMap(({ inner }) => inner.nodes)]) {
    own.set(node, charactersOf(node.raw));
  }
  // For one instance of each subgraph. Levels beyond a limit are skipped, and count as their subgraph nodes: subgraphs
  // that only contain each other are nodes too until they are expanded.
  let sizes = new Map<string, PageSize>();
  const sum = (inside: readonly UiNode[]): PageSize => {
    const size = { nodes: 0, characters: 0 };
    for (const node of inside) {
      const { nodes: count, characters } = definitions.has(node.type)
        ? (sizes.get(node.type) ?? { nodes: 1, characters: 0 })
        : { nodes: 1, characters: own.get(node) ?? 0 };
      size.nodes += count;
      size.characters += characters;
    }
    return size;
  };
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    sizes = new Map([...definitions].map(([type, { inner }]) => [type, sum(inner.nodes)]));
  }
  return sum(nodes);
}

/** Replaces the links of one instance by those of its inner nodes. @returns the inner nodes */
function expandOne(links: LinkTable, outer: UiNode, definition: SubgraphDefinition): readonly UiNode[] {
  const { inner } = definition;
  const prefixed = (id: string) => `${outer.id}:${id}`;
  const into = links.into(outer.id);
  const outOf = links.outOf(outer.id);
  for (const [key] of [...into, ...outOf]) links.remove(key);
  // A reader inside gets what the outer node gets at that slot.
  const given = groupBySlot(into, ({ toSlot }) => toSlot);
  for (const { id, from, fromSlot, to, toSlot } of inner.links) {
    if (from !== INPUT_NODE) continue;
    for (const link of given.get(fromSlot) ?? []) {
      links.add({ ...link, id: prefixed(id), to: prefixed(to), toSlot });
    }
  }
  for (const link of inner.links) {
    if (link.from === INPUT_NODE || link.to === OUTPUT_NODE) continue;
    links.add({ ...link, id: prefixed(link.id), from: prefixed(link.from), to: prefixed(link.to) });
  }
  const taken = groupBySlot(outOf, ({ fromSlot }) => fromSlot);
  for (const { from, fromSlot, to, toSlot } of inner.links) {
    if (to !== OUTPUT_NODE) continue;
    for (const link of taken.get(toSlot) ?? []) links.add({ ...link, from: prefixed(from), fromSlot });
  }
  const shown = shownValues(outer, definition);
  return inner.nodes.map((node): UiNode => {
    const raw = { ...node.raw, ...outerMode(outer), pos: shifted(node.raw['pos'], outer.raw['pos']) };
    const names = namesOf(node);
    return {
      ...node,
      id: prefixed(node.id),
      raw,
      named: {
        ...nameValues(names ?? [], node.values),
        ...node.named,
        ...Object.fromEntries(shown.get(node.id) ?? []),
      },
      values: names === undefined ? node.values : [],
    };
  });
}

function groupBySlot(
  links: readonly (readonly [number, UiLink])[],
  slotOf: (link: UiLink) => number,
): ReadonlyMap<number, readonly UiLink[]> {
  const groups = new Map<number, UiLink[]>();
  for (const [, link] of links) {
    const known = groups.get(slotOf(link));
    if (known === undefined) groups.set(slotOf(link), [link]);
    else known.push(link);
  }
  return groups;
}

/** A subgraph that is muted or bypassed is so in all of its parts. */
function outerMode({ raw }: UiNode): { readonly mode?: unknown } {
  return raw['mode'] === 2 || raw['mode'] === 4 ? { mode: raw['mode'] } : {};
}

type ShownValues = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** Values of inner widgets that are set on the outer node: inner id -> widget -> value. */
function shownValues(outer: UiNode, { names, widgets }: SubgraphDefinition): ShownValues {
  const shown = new Map<string, Map<string, unknown>>();
  const show = (id: string, widget: string, value: unknown) => {
    const known = shown.get(id) ?? new Map<string, unknown>();
    shown.set(id, known.set(widget, value));
  };
  // 1. Widgets promoted to the outer node, by node and name. Those of its own inputs use node "-1".
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
  const withWidgets = names.filter((_, slot) => widgets.has(slot));
  if (proxies.length === 0 && outer.values.length === withWidgets.length) {
    for (const [place, name] of withWidgets.entries()) ofInputs.set(name, outer.values[place]);
  }
  for (const [slot, name] of names.entries()) {
    if (!ofInputs.has(name)) continue;
    for (const { id, widget } of widgets.get(slot) ?? []) show(id, widget, ofInputs.get(name));
  }
  return shown;
}

function shifted(inner: unknown, outer: unknown): unknown {
  const [x, y] = listOf(inner);
  const [dx, dy] = listOf(outer);
  return [x, y, dx, dy].every((value) => typeof value === 'number')
    ? [(x as number) + (dx as number), (y as number) + (dy as number)]
    : inner;
}
