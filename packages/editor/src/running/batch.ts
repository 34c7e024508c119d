import type { NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import { MAX_SEED } from '@unclip-studio/graph-core';

/** A workflow with every seed raised by `by`, so that the runs of a batch differ; it goes on from 0 after the largest seed. */
export function withSeedsRaised(
  workflow: Workflow,
  by: number,
  definitionOf: (type: string) => NodeDefinition | undefined,
): Workflow {
  if (by === 0) return workflow;
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const seeds = Object.entries(definitionOf(node.type)?.params ?? {}).flatMap(([name, param]) => {
      if (param.kind !== 'seed') return [];
      const seed = Number(node.params?.[name] ?? param.default);
      // The sum of two large seeds is no longer exact, so it is compared before it is made.
      return [[name, seed > MAX_SEED - by ? seed - (MAX_SEED - by) - 1 : seed + by] as const];
    });
    return [
      id,
      seeds.length === 0 ? node : { ...node, params: { ...node.params, ...Object.fromEntries(seeds) } },
    ] as const;
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}
