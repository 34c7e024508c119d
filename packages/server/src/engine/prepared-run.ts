import {
  type Catalog,
  type FingerprintEnvironment,
  type FingerprintedPlan,
  fingerprintPlan,
  finishInSlices,
  migrateNodes,
  type NodeDefinition,
  type Plan,
  type PlanTargets,
  planInSteps,
  planRun,
  type Result,
  type Workflow,
} from '@unclip-studio/graph-core';
import { takeTurns } from '../services/take-turns.js';

/** A workflow that was checked, expanded and planned, once for all of a process that need its plan. */
export interface PreparedRun<Node extends NodeDefinition = NodeDefinition> {
  /** With nodes of plug-ins in the form that they have here. */
  readonly workflow: Workflow;
  /** Everything that is wrong with it, if it cannot run. */
  readonly plan: Result<Plan<Node>>;
  /** Hashes the plan the first time, and again only if the content of a named file has changed. */
  fingerprint(environment: FingerprintEnvironment): Promise<Result<FingerprintedPlan<Node>>>;
}

export function prepareRun<Node extends NodeDefinition>(
  given: Workflow,
  catalog: Catalog<Node>,
  targets?: PlanTargets,
): PreparedRun<Node> {
  const workflow = migrateNodes(given, catalog);
  return toPreparedRun(workflow, planRun(workflow, catalog, targets));
}

/** The same, with pauses in which this process does other things: a large workflow takes half a second. */
export async function prepareRunInTurns<Node extends NodeDefinition>(
  given: Workflow,
  catalog: Catalog<Node>,
  targets?: PlanTargets,
): Promise<PreparedRun<Node>> {
  const workflow = migrateNodes(given, catalog);
  return toPreparedRun(workflow, await finishInSlices(planInSteps(workflow, catalog, targets), takeTurns()));
}

function toPreparedRun<Node extends NodeDefinition>(workflow: Workflow, plan: Result<Plan<Node>>): PreparedRun<Node> {
  let last: FingerprintedPlan<Node> | undefined;
  return {
    workflow,
    plan,
    async fingerprint(environment) {
      if (!plan.ok) return plan;
      const named = await fingerprintPlan(plan.value, environment, last);
      if (named.ok) last = named.value;
      return named;
    },
  };
}
