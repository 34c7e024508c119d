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
/** Longer than any chain of values that somebody made; one in a circle would never end. */
export const MAX_CHAIN = 16;

/** Adds the values of primitive nodes next to the links that lead to them. */
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
  const candidates = [...nodes.values()].filter(({ type, mode }) => VALUE_NODES.has(type) && mode === 'run');
  const unneeded = new Map(candidates.map((node) => [node.id, node]));
  const readers = readersOf(nodes);
  const isServed = (reader: ComfyNode, input: string) =>
    unneeded.has(reader.id) || (isOurs(reader) && Object.hasOwn(reader.given ?? {}, input));
  // One that is needed makes those needed which it reads.
  const toCheck = [...candidates];
  for (let node = toCheck.pop(); node !== undefined; node = toCheck.pop()) {
    if (!unneeded.has(node.id)) continue;
    if ((readers.get(node.id) ?? []).every(({ reader, input }) => isServed(reader, input))) continue;
    unneeded.delete(node.id);
    for (const { node: source } of Object.values(node.links)) {
      const read = unneeded.get(source);
      if (read !== undefined) toCheck.push(read);
    }
  }
  return [...unneeded.values()];
}

/** Who reads each node, and by which input. */
export function readersOf(
  nodes: ReadonlyMap<string, ComfyNode>,
): ReadonlyMap<string, readonly { readonly reader: ComfyNode; readonly input: string; readonly slot: number }[]> {
  const readers = new Map<string, { readonly reader: ComfyNode; readonly input: string; readonly slot: number }[]>();
  for (const reader of nodes.values()) {
    for (const [input, { node, slot }] of Object.entries(reader.links)) {
      const known = readers.get(node);
      if (known === undefined) readers.set(node, [{ reader, input, slot }]);
      else known.push({ reader, input, slot });
    }
  }
  return readers;
}
