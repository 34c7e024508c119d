import type { Catalog } from '../definition/catalog.js';
import type { NodeDefinition } from '../definition/node-definition.js';
import { type LinkSource, parseLink, type Workflow, type WorkflowNode } from './workflow.js';

/**
 * The real source of an output when bypassed nodes pass their inputs through. `missing`: a link of the path is absent
 * or broken. `muted`: the path ends at a node that does not run.
 */
export type ResolvedSource =
  | { readonly kind: 'found'; readonly source: LinkSource }
  | { readonly kind: 'missing' }
  | { readonly kind: 'muted' };

/**
 * Follows links through bypassed nodes to their real sources. Results are cached, so that thousands of readers of one
 * long chain cost no more than the chain.
 */
export function createSourceResolver(workflow: Workflow, catalog: Catalog): (link: LinkSource) => ResolvedSource {
  const known = new Map<string, ResolvedSource>();

  function follow(link: LinkSource, passed: string[]): ResolvedSource {
    let source = link;
    // Bypassed nodes that feed each other in a circle lead nowhere; validation reports the circle itself.
    const seen = new Set<string>();
    while (!seen.has(source.node)) {
      const node = ownNode(workflow, source.node);
      if (node === undefined) return { kind: 'missing' };
      if (node.mode === 'mute') return { kind: 'muted' };
      if (node.mode !== 'bypass') return { kind: 'found', source };
      const key = `${source.node}.${source.output}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      const next = bypassSource(node, catalog.types.get(node.type), source.output);
      if (next === undefined) return { kind: 'missing' };
      seen.add(source.node);
      passed.push(key);
      source = next;
    }
    return { kind: 'missing' };
  }

  return (link) => {
    const passed: string[] = [];
    const resolved = follow(link, passed);
    for (const key of passed) known.set(key, resolved);
    return resolved;
  };
}

/** The link that replaces `output` of a bypassed node: its first connected input of the same type. */
export function bypassSource(
  node: WorkflowNode,
  definition: NodeDefinition | undefined,
  output: string,
): LinkSource | undefined {
  const type = definition?.outputs[output]?.type;
  if (definition === undefined || type === undefined) return undefined;
  for (const [name, port] of Object.entries(definition.inputs)) {
    const text = port.type === type ? ownEntry(node.inputs, name) : undefined;
    const link = text === undefined ? undefined : parseLink(text);
    if (link !== undefined) return link;
  }
  return undefined;
}

/** The value of that key; what every object inherits, such as "toString", is none. */
export function ownEntry<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** The node with that id; keys such as "toString" that every object inherits are not nodes. */
export function ownNode(workflow: Pick<Workflow, 'nodes'>, id: string): WorkflowNode | undefined {
  return Object.hasOwn(workflow.nodes, id) ? workflow.nodes[id] : undefined;
}

/**
 * Circles among the nodes, each as the ids in reading order, the smallest id first. Finds at least one of every group
 * of nodes that read each other, unless there are more than requested. Walks without recursion, in the order of the
 * file, so that equal graphs give equal messages.
 */
export function findCycles(
  workflow: Pick<Workflow, 'nodes'>,
  atMost = Number.POSITIVE_INFINITY,
): readonly (readonly string[])[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const positionOnPath = new Map<string, number>();
  for (const start of Object.keys(workflow.nodes)) {
    if (done.has(start)) continue;
    const path = [{ id: start, sources: sourcesOf(workflow, start) }];
    positionOnPath.set(start, 0);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const source = top.sources.pop();
      if (source === undefined) {
        path.pop();
        positionOnPath.delete(top.id);
        done.add(top.id);
        continue;
      }
      const position = positionOnPath.get(source);
      if (position !== undefined) {
        if (cycles.length >= atMost) continue;
        // The path runs from reader to source; a user follows the links the other way.
        cycles.push(rotateToSmallest(path.slice(position).map(({ id }) => id)).reverse());
      } else if (!done.has(source)) {
        positionOnPath.set(source, path.length);
        path.push({ id: source, sources: sourcesOf(workflow, source) });
      }
    }
  }
  return cycles.map((cycle) => rotateToSmallest(cycle));
}

function sourcesOf(workflow: Pick<Workflow, 'nodes'>, id: string): string[] {
  const inputs = workflow.nodes[id]?.inputs;
  if (inputs === undefined) return [];
  const sources: string[] = [];
  for (const text of Object.values(inputs)) {
    const source = parseLink(text)?.node;
    if (source !== undefined && Object.hasOwn(workflow.nodes, source)) sources.push(source);
  }
  return sources;
}

function rotateToSmallest(ids: readonly string[]): string[] {
  const start = ids.reduce((best, id, i) => (id < (ids[best] as string) ? i : best), 0);
  return [...ids.slice(start), ...ids.slice(0, start)];
}
