import type { NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import { linksOf, nodesReached } from '../document/links.js';
import { freshNodeId } from '../document/node-ids.js';

/** What a preview may cost: an image that only hints at the finished one comes in a twentieth of the time. */
const MOST_STEPS = 6;

export interface PreviewRun {
  readonly workflow: Workflow;
  readonly targets: readonly string[];
  readonly preview: true;
}

/**
 * A workflow that previews a changed node at low cost: few steps, one image, and nothing saved.
 *
 * @param params of `node`, which replace its own
 * @returns `undefined` if no image is made from the node's output
 */
export function previewWorkflow(
  whole: Workflow,
  { node, params }: { readonly node: string; readonly params: Readonly<Record<string, unknown>> },
  definitionOf: (node: string) => NodeDefinition | undefined,
): PreviewRun | undefined {
  const nodes: Record<string, Workflow['nodes'][string]> = { ...whole.nodes };
  const changed = nodes[node];
  if (changed === undefined) return undefined;
  nodes[node] = { ...changed, params: { ...changed.params, ...params } };
  const source = firstImage(whole.nodes, node, definitionOf);
  if (source === undefined) return undefined;
  for (const id of nodesReached(whole.nodes, node, 'down')) {
    const reader = nodes[id];
    const definition = definitionOf(id);
    if (reader !== undefined && definition !== undefined) nodes[id] = atLowCost(reader, definition);
  }
  const target = freshNodeId('PreviewImage', (taken) => Object.hasOwn(nodes, taken));
  nodes[target] = { type: 'PreviewImage', inputs: { image: source } };
  return { workflow: { ...whole, nodes }, targets: [target], preview: true };
}

/** The first output along the wires that holds images, as `node.output`. */
function firstImage(
  nodes: Workflow['nodes'],
  start: string,
  definitionOf: (node: string) => NodeDefinition | undefined,
): string | undefined {
  const links = linksOf(nodes);
  const seen = new Set([start]);
  // Breadth first: the nearest has the fewest nodes in between.
  for (const id of seen) {
    const outputs = Object.entries(definitionOf(id)?.outputs ?? {});
    const image = outputs.find(([, { type }]) => type === 'image');
    if (image !== undefined) return `${id}.${image[0]}`;
    for (const { source, reader } of links) if (source === id) seen.add(reader);
  }
  return undefined;
}

function atLowCost(
  node: Workflow['nodes'][string],
  { params, duration, batch }: NodeDefinition,
): Workflow['nodes'][string] {
  const set = node.params ?? {};
  const long = (duration?.each ?? []).filter((name) => Number(set[name] ?? params[name]?.default) > MOST_STEPS);
  const less = Object.fromEntries([
    ...long.map((name) => [name, MOST_STEPS] as const),
    ...(duration?.rows ?? []).map((name) => [name, 1] as const),
    ...(batch && set[batch.only] !== undefined ? [[batch.only, 0] as const] : []),
  ]);
  return Object.keys(less).length === 0 ? node : { ...node, params: { ...set, ...less } };
}
