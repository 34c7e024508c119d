import { isRecord } from './comfy-graph.js';

// Kept at a node of a page; no page has such a key.
const ORDER_KEY = 'unclipWidgetOrder';

/**
 * The page with the order in which each node names its values: ComfyUI's page assigns values to widgets in that order,
 * regardless of their names, and our files have names in alphabetical order.
 */
export function withWidgetOrder(page: unknown): unknown {
  return mapNodes(page, (node) => {
    const { widgets_values: values } = node;
    if (!isRecord(values)) return node;
    const names = Object.keys(values);
    const isSorted = names.every((name, i) => i === 0 || (names[i - 1] ?? '') < name);
    return isSorted ? node : { ...node, [ORDER_KEY]: names };
  });
}

/** The opposite of {@link withWidgetOrder}. */
export function inWidgetOrder(page: unknown): unknown {
  return mapNodes(page, ({ [ORDER_KEY]: order, ...node }) => {
    const { widgets_values: values } = node;
    if (!Array.isArray(order) || !isRecord(values)) return node;
    const known = order.filter((name) => typeof name === 'string' && Object.hasOwn(values, name));
    const inOrder = Object.fromEntries(known.map((name) => [name, values[name]]));
    return { ...node, widgets_values: { ...inOrder, ...values } };
  });
}

type Entry = Readonly<Record<string, unknown>>;

/** Wherever a page has nodes: in itself, in its subgraphs and in its group nodes. */
function mapNodes(value: unknown, map: (node: Entry) => Entry): unknown {
  if (Array.isArray(value)) return value.map((item) => mapNodes(item, map));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, mapNodes(inner, map)] as const);
  return map(Object.fromEntries(entries));
}
