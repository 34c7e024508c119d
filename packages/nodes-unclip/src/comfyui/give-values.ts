import type { ComfyNode } from './comfy-graph.js';

/** Where a workflow keeps the nodes that are nothing but a value, which is set here where it was read: id -> node. */
export const VALUES_KEY = 'comfyuiValues';

// Nodes that are nothing but a value, which others take by a link.
const VALUE_NODES: ReadonlySet<string> = new Set([
  'PrimitiveBoolean',
  'PrimitiveFloat',
  'PrimitiveInt',
  'PrimitiveString',
  'PrimitiveStringMultiline',
]);
// Longer than any chain of values that somebody made; one in a circle would never end.
const MAX_CHAIN = 16;

/** Puts the values of nodes that are nothing else beside the links which lead to them. */
export function giveValues(nodes: ReadonlyMap<string, ComfyNode>): ReadonlyMap<string, ComfyNode> {
  const valueAt = (id: string): unknown => {
    let node = nodes.get(id);
    for (let passed = 0; passed < MAX_CHAIN && node !== undefined; passed++) {
      if (!VALUE_NODES.has(node.type) || node.mode !== 'run') return undefined;
      const { value: link } = node.links;
      if (link === undefined) return node.values['value'];
      node = nodes.get(link.node);
    }
    return undefined;
  };
  return new Map(
    [...nodes].map(([id, node]) => {
      const found = Object.entries(node.links).map(([name, link]) => [name, valueAt(link.node)] as const);
      const given = Object.fromEntries(found.filter(([, value]) => value !== undefined));
      if (Object.keys(given).length === 0) return [id, node];
      return [id, { ...node, given, values: { ...node.values, ...given } }];
    }),
  );
}

/**
 * The nodes that are nothing but a value and need not be here, since all that read them were given it.
 *
 * @param isOurs whether a node has a counterpart that takes given values
 */
export function unneededValues(
  nodes: ReadonlyMap<string, ComfyNode>,
  isOurs: (node: ComfyNode) => boolean,
): readonly ComfyNode[] {
  let unneeded = [...nodes.values()].filter(({ type, mode }) => VALUE_NODES.has(type) && mode === 'run');
  for (;;) {
    const ids = new Set(unneeded.map(({ id }) => id));
    const isServed = (reader: ComfyNode, input: string) =>
      ids.has(reader.id) || (isOurs(reader) && Object.hasOwn(reader.given ?? {}, input));
    const still = unneeded.filter(({ id }) =>
      [...nodes.values()].every((reader) =>
        Object.entries(reader.links).every(([input, link]) => link.node !== id || isServed(reader, input)),
      ),
    );
    if (still.length === unneeded.length) return unneeded;
    unneeded = still;
  }
}
