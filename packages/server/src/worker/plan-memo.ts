import {
  type Catalog,
  type NodeDefinition,
  type Plan,
  planRun,
  type Result,
  type Workflow,
} from '@unclip-studio/graph-core';

export interface PlanRequest {
  /** Of the workflow's text; equal hashes are equal workflows. */
  readonly workflowSha256: string;
  readonly targets: readonly string[];
  /** Called only if the plan is not known. */
  workflow(): Workflow;
}

/** Checks and plans workflows, and knows the last ones: a user runs the same workflow again and again. */
export interface PlanMemo<Node extends NodeDefinition> {
  plan(request: PlanRequest): Result<Plan<Node>>;
}

// Two people with two workflows each; a plan of 5,000 nodes takes a few megabytes.
const KEPT_PLANS = 4;

export function createPlanMemo<Node extends NodeDefinition>(catalog: Catalog<Node>): PlanMemo<Node> {
  // A plan depends on nothing but the workflow, the targets and the catalog, which does not change. Oldest use first.
  const known = new Map<string, Result<Plan<Node>>>();
  return {
    plan({ workflowSha256, targets, workflow }) {
      const key = [workflowSha256, ...targets].join(' ');
      const plan = known.get(key) ?? planRun(workflow(), catalog, targets.length === 0 ? undefined : targets);
      known.delete(key);
      known.set(key, plan);
      if (known.size > KEPT_PLANS) known.delete(known.keys().next().value ?? '');
      return plan;
    },
  };
}
