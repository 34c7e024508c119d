import type { ComfyGraph } from './comfy-graph.js';

/** As ComfyUI says it. */
export const CIRCLE_MESSAGE = 'Dependency cycle detected';

type Nodes = ComfyGraph['nodes'];

// More ids say nothing that helps to find the circle.
const SHOWN_IDS = 8;

/** Says which nodes read themselves by way of others: neither ComfyUI nor this program can run them. */
export function findCircles(nodes: Nodes): readonly string[] {
  const ids = [...nodesInCircles(nodes)];
  if (ids.length === 0) return [];
  const shown = ids.slice(0, SHOWN_IDS).map((id) => `${id} (${nodes.get(id)?.type})`);
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : '';
  return [
    `${CIRCLE_MESSAGE}: links lead in a circle through ${ids.length === 1 ? 'node' : 'nodes'} ${shown.join(', ')}${more}. ` +
      'Disconnect one of these inputs; until then, what needs them does not run.',
  ];
}

/** Ids of the remaining nodes after repeatedly removing nodes without sources or readers. */
export function nodesInCircles(nodes: Nodes): ReadonlySet<string> {
  const sources = new Map<string, string[]>();
  const readers = new Map<string, string[]>();
  for (const { id, links } of nodes.values()) {
    const from = Object.values(links).flatMap(({ node }) => (nodes.has(node) ? [node] : []));
    sources.set(id, from);
    for (const source of from) {
      const known = readers.get(source);
      if (known === undefined) readers.set(source, [id]);
      else known.push(id);
    }
  }
  const left = new Set(nodes.keys());
  takeEnds(left, { before: sources, after: readers });
  takeEnds(left, { before: readers, after: sources });
  return left;
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

function takeEnds(left: Set<string>, { before, after }: { readonly before: Neighbours; readonly after: Neighbours }) {
  const counts = new Map([...left].map((id) => [id, (before.get(id) ?? []).filter((one) => left.has(one)).length]));
  const ends = [...left].filter((id) => counts.get(id) === 0);
  for (let id = ends.pop(); id !== undefined; id = ends.pop()) {
    left.delete(id);
    for (const next of after.get(id) ?? []) {
      const count = (counts.get(next) ?? 0) - 1;
      counts.set(next, count);
      if (count === 0 && left.has(next)) ends.push(next);
    }
  }
}
