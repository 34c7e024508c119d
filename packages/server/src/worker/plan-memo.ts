import {
  type Catalog,
  finishInSlices,
  type NodeDefinition,
  type Plan,
  planInSteps,
  planRun,
  type Result,
  type Workflow,
} from '@unclip-studio/graph-core';
import { takeTurns } from '../services/take-turns.js';

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
  /** Has the plan known, without keeping others of this process waiting: a large one takes half a second. */
  prepare(request: PlanRequest): Promise<void>;
  /** Names that the planned nodes have for images, each once; nothing of what cannot be planned. */
  imageNames(request: PlanRequest): readonly string[];
}

// Two people with two workflows each; a plan of 5,000 nodes takes a few megabytes.
const KEPT_PLANS = 4;
// As many as wait by default: when the turn of one comes, its plan is no longer known.
const KEPT_IMAGE_NAMES = 1000;

export function createPlanMemo<Node extends NodeDefinition>(catalog: Catalog<Node>): PlanMemo<Node> {
  // A plan depends on nothing but the workflow, the targets and the catalog, which does not change. Oldest use first.
  const known = new Map<string, Result<Plan<Node>>>();
  const images = new Map<string, readonly string[]>();

  function remember(key: string, plan: Result<Plan<Node>>): Result<Plan<Node>> {
    keep(known, key, plan, KEPT_PLANS);
    keep(images, key, images.get(key) ?? imageNamesOf(plan), KEPT_IMAGE_NAMES);
    return plan;
  }

  function plan({ workflowSha256, targets, workflow }: PlanRequest): Result<Plan<Node>> {
    const key = keyOf(workflowSha256, targets);
    return remember(key, known.get(key) ?? planRun(workflow(), catalog, wanted(targets)));
  }

  return {
    plan,
    async prepare({ workflowSha256, targets, workflow }) {
      const key = keyOf(workflowSha256, targets);
      const found = known.get(key);
      remember(key, found ?? (await finishInSlices(planInSteps(workflow(), catalog, wanted(targets)), takeTurns())));
    },
    imageNames(request) {
      const key = keyOf(request.workflowSha256, request.targets);
      if (!images.has(key)) plan(request);
      return images.get(key) ?? [];
    },
  };
}

function keyOf(workflowSha256: string, targets: readonly string[]): string {
  return [workflowSha256, ...targets].join(' ');
}

/** Left out or empty: the workflow's own targets. */
function wanted(targets: readonly string[]): readonly string[] | undefined {
  return targets.length === 0 ? undefined : targets;
}

function imageNamesOf(plan: Result<Plan>): readonly string[] {
  const names = new Set<string>();
  for (const { definition, params } of plan.ok ? plan.value.nodes : []) {
    for (const [name, { kind }] of Object.entries(definition.params)) {
      const value = kind === 'image' ? params[name] : undefined;
      if (typeof value === 'string') names.add(value);
    }
  }
  return [...names];
}

/** The newest use last, so that the oldest goes. */
function keep<Value>(known: Map<string, Value>, key: string, value: Value, most: number): void {
  known.delete(key);
  known.set(key, value);
  if (known.size > most) known.delete(known.keys().next().value ?? '');
}
