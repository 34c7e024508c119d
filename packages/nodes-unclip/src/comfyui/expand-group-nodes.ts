import { isRecord, listOf } from './comfy-graph.js';
import { countValues, widgetsOf } from './signatures.js';
import { toUiNode, type UiGraph, type UiLink, type UiNode } from './ui-graph.js';

/** Puts what is inside of group nodes, the older kind of subgraph, in their place. */
export function expandGroupNodes(graph: UiGraph, json: Readonly<Record<string, unknown>>, problems: string[]): UiGraph {
  const extra = isRecord(json['extra']) ? json['extra'] : {};
  const definitions = isRecord(extra['groupNodes']) ? extra['groupNodes'] : {};
  let expanded = graph;
  for (const node of graph.nodes) {
    const [, name] = /^workflow[/>](.+)$/s.exec(node.type) ?? [];
    if (name === undefined) continue;
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    if (isRecord(definition)) expanded = expandOne(expanded, node, definition);
    else problems.push(`Node ${node.id}: the file does not say what is inside the group node "${name}".`);
  }
  return expanded;
}

interface InnerLink {
  readonly from: number;
  readonly fromSlot: number;
  readonly to: number;
  readonly toSlot: number;
}

function expandOne({ nodes, links }: UiGraph, outer: UiNode, definition: Readonly<Record<string, unknown>>): UiGraph {
  const idAt = (index: number) => `${outer.id}:${index}`;
  const inner = listOf(definition['nodes']).map((value, index) => {
    const raw = isRecord(value) ? value : {};
    return toUiNode(idAt(index), String(raw['type'] ?? ''), { ...raw, mode: outer.raw['mode'] ?? raw['mode'] });
  });
  const innerLinks = listOf(definition['links']).flatMap((value): readonly InnerLink[] => {
    const [from, fromSlot, to, toSlot] = listOf(value);
    const isWhole = [from, fromSlot, to, toSlot].every((part) => typeof part === 'number');
    return isWhole ? [{ from, fromSlot, to, toSlot } as InnerLink] : [];
  });
  const isFed = (index: number, slot: number) => innerLinks.some(({ to, toSlot }) => to === index && toSlot === slot);
  const isUsed = (index: number, slot: number) =>
    innerLinks.some(({ from, fromSlot }) => from === index && fromSlot === slot);
  const external = listOf(definition['external']).map((value) => listOf(value));
  const isShown = (index: number, slot: number) => external.some(([node, place]) => node === index && place === slot);
  // The slots of the group node are those of the inner nodes, one after the other, which nothing inside serves.
  const slots = inner.flatMap((node, index) =>
    node.inputs.flatMap((_, slot) => (isFed(index, slot) ? [] : [{ index, slot }])),
  );
  const outputs = inner.flatMap((node, index) =>
    node.outputs.flatMap((_, slot) => (isUsed(index, slot) && !isShown(index, slot) ? [] : [{ index, slot }])),
  );
  const moved = links.flatMap((link): readonly UiLink[] => {
    const into = link.to === outer.id ? slots[link.toSlot] : undefined;
    const outOf = link.from === outer.id ? outputs[link.fromSlot] : undefined;
    if ((link.to === outer.id && into === undefined) || (link.from === outer.id && outOf === undefined)) return [];
    return [
      {
        ...link,
        ...(into && { to: idAt(into.index), toSlot: into.slot }),
        ...(outOf && { from: idAt(outOf.index), fromSlot: outOf.slot }),
      },
    ];
  });
  const within = innerLinks.map(
    ({ from, fromSlot, to, toSlot }, i): UiLink => ({ id: idAt(i), from: idAt(from), fromSlot, to: idAt(to), toSlot }),
  );
  return {
    nodes: nodes.flatMap((node) => (node === outer ? shareOut(inner, outer) : [node])),
    links: [...moved, ...within],
  };
}

/** The values of the group node are those of the inner ones, one after the other. */
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
