import { isRecord, listOf, textOf } from './comfy-graph.js';
import { LinkTable } from './link-table.js';
import { charactersOf, checkSize } from './page-size.js';
import { countValues, widgetsOf } from './signatures.js';
import { toUiNode, type UiGraph, type UiNode } from './ui-graph.js';

/** Replaces group nodes, the older kind of subgraph, by the nodes inside them. */
export function expandGroupNodes(graph: UiGraph, json: Readonly<Record<string, unknown>>, problems: string[]): UiGraph {
  const extra = isRecord(json['extra']) ? json['extra'] : {};
  const listed = isRecord(extra['groupNodes']) ? extra['groupNodes'] : {};
  const definitions = new Map<string, GroupDefinition>();
  const size = { nodes: 0, characters: 0 };
  const links = new LinkTable(graph.links);
  const groups = new Map<UiNode, GroupDefinition>();
  for (const node of graph.nodes) {
    const [, name] = /^workflow[/>](.+)$/s.exec(node.type) ?? [];
    const raw = name !== undefined && Object.hasOwn(listed, name) ? listed[name] : undefined;
    if (name === undefined || !isRecord(raw)) {
      size.nodes++;
      if (name === undefined) continue;
      problems.push(`Node ${node.id}: the file does not say what is inside the group node "${name.slice(0, 80)}".`);
      continue;
    }
    const definition = definitions.get(name) ?? readDefinition(raw);
    definitions.set(name, definition);
    groups.set(node, definition);
    size.nodes += definition.nodes.length;
    size.characters += definition.characters;
  }
  checkSize(size);
  const nodes = graph.nodes.flatMap((node) => {
    const definition = groups.get(node);
    return definition === undefined ? [node] : expandOne(links, node, definition);
  });
  return { nodes, links: links.list() };
}

interface InnerLink {
  readonly from: number;
  readonly fromSlot: number;
  readonly to: number;
  readonly toSlot: number;
}

/** A place among the inputs or outputs of the nodes inside. */
interface InnerSlot {
  readonly index: number;
  readonly slot: number;
}

/** A group node as the file defines it, read once for all its uses. */
interface GroupDefinition {
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly links: readonly InnerLink[];
  /** The slots of the group node are those of the inner nodes, in order, that nothing inside connects. */
  readonly inputs: readonly InnerSlot[];
  readonly outputs: readonly InnerSlot[];
  readonly characters: number;
}

function readDefinition(definition: Readonly<Record<string, unknown>>): GroupDefinition {
  const nodes = listOf(definition['nodes']).map((value) => (isRecord(value) ? value : {}));
  const links = listOf(definition['links']).flatMap((value): readonly InnerLink[] => {
    const [from, fromSlot, to, toSlot] = listOf(value);
    const isWhole = [from, fromSlot, to, toSlot].every((part) => typeof part === 'number');
    return isWhole ? [{ from, fromSlot, to, toSlot } as InnerLink] : [];
  });
  const fed = new Set(links.map(({ to, toSlot }) => `${to} ${toSlot}`));
  const used = new Set(links.map(({ from, fromSlot }) => `${from} ${fromSlot}`));
  const shown = new Set(
    listOf(definition['external']).map((value) => {
      const [node, slot] = listOf(value);
      return `${textOf(node)} ${textOf(slot)}`;
    }),
  );
  const slotsOf = (side: 'inputs' | 'outputs', isFree: (at: string) => boolean) =>
    nodes.flatMap((node, index) =>
      listOf(node[side]).flatMap((_, slot) => (isFree(`${index} ${slot}`) ? [{ index, slot }] : [])),
    );
  return {
    ...{ nodes, links },
    inputs: slotsOf('inputs', (at) => !fed.has(at)),
    outputs: slotsOf('outputs', (at) => !used.has(at) || shown.has(at)),
    characters: charactersOf(nodes),
  };
}

/** Replaces the links of one instance by those of its inner nodes. @returns the inner nodes */
function expandOne(table: LinkTable, outer: UiNode, { nodes, links, inputs, outputs }: GroupDefinition) {
  const idAt = (index: number) => `${outer.id}:${index}`;
  for (const [key, link] of new Map([...table.into(outer.id), ...table.outOf(outer.id)])) {
    const into = link.to === outer.id ? inputs[link.toSlot] : undefined;
    const outOf = link.from === outer.id ? outputs[link.fromSlot] : undefined;
    if ((link.to === outer.id && into === undefined) || (link.from === outer.id && outOf === undefined)) {
      table.remove(key);
      continue;
    }
    table.replace(key, {
      ...link,
      ...(into && { to: idAt(into.index), toSlot: into.slot }),
      ...(outOf && { from: idAt(outOf.index), fromSlot: outOf.slot }),
    });
  }
  for (const [i, { from, fromSlot, to, toSlot }] of links.entries()) {
    table.add({ id: idAt(i), from: idAt(from), fromSlot, to: idAt(to), toSlot });
  }
  const inner = nodes.map((raw, index) =>
    toUiNode(idAt(index), textOf(raw['type']), { ...raw, mode: outer.raw['mode'] ?? raw['mode'] }),
  );
  return shareOut(inner, outer);
}

/** The values of the group node are those of the inner ones, in order. */
function shareOut(inner: readonly UiNode[], outer: UiNode): readonly UiNode[] {
  let at = 0;
  return inner.map((node) => {
    const names = widgetsOf(node.type);
    const count = names === undefined ? node.values.length : countValues(names, outer.values, at);
    const values = outer.values.slice(at, at + count);
    at += count;
    const place = { pos: outer.raw['pos'], size: node.raw['size'] ?? [210, 60] };
    return { ...node, raw: { ...node.raw, ...place }, values: values.length === count ? values : node.values };
  });
}
