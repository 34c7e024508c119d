import { parseLink, type WorkflowNode } from '@unclip-studio/graph-core';

/** One wire. An input has one source, so the reader's end names the link: `id` is `reader.input`. */
export interface Link {
  readonly id: string;
  readonly source: string;
  readonly output: string;
  readonly reader: string;
  readonly input: string;
}

export type Nodes = Readonly<Record<string, WorkflowNode>>;

export function linkId(reader: string, input: string): string {
  return `${reader}.${input}`;
}

// Documents share what did not change, so links are worked out once for each version of a node and of the whole.
const ofNode = new WeakMap<WorkflowNode, { readonly id: string; readonly links: readonly Link[] }>();
const ofNodes = new WeakMap<Nodes, readonly Link[]>();
const byId = new WeakMap<Nodes, ReadonlyMap<string, Link>>();

/** The links into one node whose source exists. */
export function linksInto(nodes: Nodes, id: string): readonly Link[] {
  const node = nodes[id];
  return node === undefined ? [] : wellFormed(id, node).filter(({ source }) => Object.hasOwn(nodes, source));
}

/** Every link whose two nodes exist, in the order of the file. */
export function linksOf(nodes: Nodes): readonly Link[] {
  let links = ofNodes.get(nodes);
  if (links === undefined) {
    links = Object.keys(nodes).flatMap((id) => linksInto(nodes, id));
    ofNodes.set(nodes, links);
  }
  return links;
}

/** @param id `reader.input` */
export function findLink(nodes: Nodes, id: string): Link | undefined {
  let index = byId.get(nodes);
  if (index === undefined) {
    index = new Map(linksOf(nodes).map((link) => [link.id, link]));
    byId.set(nodes, index);
  }
  return index.get(id);
}

/** What can be reached from a node against the wires (`up`, its sources) or along them (`down`, its readers). */
export function nodesReached(nodes: Nodes, from: string, direction: 'up' | 'down'): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { source, reader } of linksOf(nodes)) {
    const [start, end] = direction === 'up' ? [reader, source] : [source, reader];
    const others = next.get(start);
    if (others === undefined) next.set(start, [end]);
    else others.push(end);
  }
  const reached = new Set<string>();
  const waiting = [...(next.get(from) ?? [])];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    waiting.push(...(next.get(id) ?? []));
  }
  return reached;
}

function wellFormed(id: string, node: WorkflowNode): readonly Link[] {
  const known = ofNode.get(node);
  if (known?.id === id) return known.links;
  const links = Object.entries(node.inputs ?? {}).flatMap(([input, text]) => {
    const source = parseLink(text);
    return source ? [{ id: linkId(id, input), source: source.node, output: source.output, reader: id, input }] : [];
  });
  ofNode.set(node, { id, links });
  return links;
}
