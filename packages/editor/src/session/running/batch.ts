import { isSeed, type NodeDefinition, seedPlus, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';

type Nodes = Workflow['nodes'];
type DefinitionOf = (type: string) => NodeDefinition | undefined;

/**
 * A workflow with every seed raised by `by`, also inside subgraphs, so that the runs of a batch differ; the largest seed
 * is followed by 0.
 */
export function withSeedsRaised(workflow: Workflow, by: number, definitionOf: DefinitionOf): Workflow {
  if (by === 0) return workflow;
  const { subgraphs } = workflow;
  const raised = Object.entries(subgraphs ?? {}).map(
    ([name, body]) => [name, { ...body, nodes: withNodesRaised(body.nodes, by, definitionOf) }] as const,
  );
  return {
    ...workflow,
    nodes: withNodesRaised(workflow.nodes, by, definitionOf),
    ...(subgraphs && { subgraphs: Object.fromEntries(raised) }),
  };
}

// More than the runs that a page remembers.
const MAX_PASSED_OVER = 64;

interface FreshRuns {
  readonly count: number;
  readonly seedsRaised: (by: number) => Workflow;
  readonly isKnown: (workflow: Workflow) => boolean;
}

/** The workflows of a batch, each with the next seeds that do not repeat images which this page has saved. */
export function freshRuns({ count, seedsRaised, isKnown }: FreshRuns): readonly Workflow[] {
  const fresh: Workflow[] = [];
  for (let by = 0; fresh.length < count && by < count + MAX_PASSED_OVER; by++) {
    const workflow = seedsRaised(by);
    if (!isKnown(workflow)) fresh.push(workflow);
  }
  return fresh;
}

function withNodesRaised(nodes: Nodes, by: number, definitionOf: DefinitionOf): Nodes {
  return Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, raised(node, by, definitionOf(node.type))]));
}

function raised(node: WorkflowNode, by: number, definition: NodeDefinition | undefined): WorkflowNode {
  const seeds = Object.entries(definition?.params ?? {}).flatMap(([name, param]) => {
    const seed = node.params?.[name] ?? param.default;
    return param.kind === 'seed' && isSeed(seed) ? [[name, seedPlus(seed, by)] as const] : [];
  });
  return seeds.length === 0 ? node : { ...node, params: { ...node.params, ...Object.fromEntries(seeds) } };
}
