import type { Catalog, NodeDefinition, PlanTargets, Workflow } from '@unclip-studio/graph-core';
import { sha256 } from '../common/sha256.js';
import { type PreparedRun, prepareRun, prepareRunInTurns } from './prepared-run.js';

/** A workflow as it is stored and sent. */
export interface WorkflowText {
  readonly workflowJson: string;
  /** Of the text, in hex; equal hashes are equal workflows. */
  readonly workflowSha256: string;
}

/** How often something was done; each workflow should count once. */
export interface PreparedCounts {
  /** Texts that were read. */
  readonly parsed: number;
  /** Workflows that were written out and hashed. */
  readonly hashed: number;
  readonly planned: number;
}

/** The runs of one process: a user runs the same workflow again and again, and several parts ask for its plan. */
export interface PreparedRuns<Node extends NodeDefinition = NodeDefinition> {
  toText(workflow: Workflow): WorkflowText;
  toWorkflow(text: WorkflowText): Workflow;
  /** @param targets ids; empty: the workflow's own */
  prepare(text: WorkflowText, targets: readonly string[]): PreparedRun<Node>;
  /** See {@link prepareRunInTurns}. */
  prepareInTurns(text: WorkflowText, targets: readonly string[]): Promise<PreparedRun<Node>>;
  /** Names that the planned nodes have for images, each once; of what cannot be planned, none. */
  imageNames(text: WorkflowText, targets: readonly string[]): readonly string[];
  readonly counts: PreparedCounts;
}

// Two people with two workflows each; a plan of 5,000 nodes takes a few megabytes.
const KEPT_RUNS = 4;
// The default number of waiting runs: beyond it, a plan is recomputed when its run starts.
const KEPT_IMAGE_NAMES = 1000;

/** @param catalogNow another one once plug-ins have changed */
export function createPreparedRuns<Node extends NodeDefinition>(catalogNow: () => Catalog<Node>): PreparedRuns<Node> {
  // A plan depends on nothing but the workflow, the targets and the catalog. Oldest use first.
  const known = new Map<string, PreparedRun<Node>>();
  const workflows = new Map<string, Workflow>();
  const images = new Map<string, readonly string[]>();
  // Workflows are never changed, so an object has one text.
  const texts = new WeakMap<Workflow, WorkflowText>();
  const counts = { parsed: 0, hashed: 0, planned: 0 };
  let planned = catalogNow();

  /** The current catalog; plans of another one are dropped. */
  function currentCatalog(): Catalog<Node> {
    const catalog = catalogNow();
    if (catalog !== planned) {
      known.clear();
      images.clear();
    }
    planned = catalog;
    return catalog;
  }

  function remember(key: string, run: PreparedRun<Node>): PreparedRun<Node> {
    if (!known.has(key)) counts.planned++;
    keep(known, key, run, KEPT_RUNS);
    keep(images, key, images.get(key) ?? imageNamesOf(run), KEPT_IMAGE_NAMES);
    return run;
  }

  const runs: PreparedRuns<Node> = {
    counts,
    toText(workflow) {
      const text = texts.get(workflow) ?? writeText(workflow);
      texts.set(workflow, text);
      keep(workflows, text.workflowSha256, workflow, KEPT_RUNS);
      return text;
    },
    toWorkflow(text) {
      const workflow = workflows.get(text.workflowSha256) ?? parse(text);
      texts.set(workflow, text);
      keep(workflows, text.workflowSha256, workflow, KEPT_RUNS);
      return workflow;
    },
    prepare(text, targets) {
      const catalog = currentCatalog();
      const key = keyOf(text, targets);
      return remember(key, known.get(key) ?? prepareRun(runs.toWorkflow(text), catalog, toTargets(targets)));
    },
    async prepareInTurns(text, targets) {
      const catalog = currentCatalog();
      const key = keyOf(text, targets);
      const run = known.get(key) ?? (await prepareRunInTurns(runs.toWorkflow(text), catalog, toTargets(targets)));
      if (currentCatalog() !== catalog) return runs.prepareInTurns(text, targets);
      return remember(key, known.get(key) ?? run);
    },
    imageNames(text, targets) {
      currentCatalog();
      const key = keyOf(text, targets);
      if (!images.has(key)) runs.prepare(text, targets);
      return images.get(key) ?? [];
    },
  };
  return runs;

  function writeText(workflow: Workflow): WorkflowText {
    counts.hashed++;
    const workflowJson = JSON.stringify(workflow);
    return { workflowJson, workflowSha256: sha256(workflowJson) };
  }

  /** It was a checked workflow when it was stored. */
  function parse({ workflowJson }: WorkflowText): Workflow {
    counts.parsed++;
    return JSON.parse(workflowJson) as Workflow;
  }
}

function keyOf({ workflowSha256 }: WorkflowText, targets: readonly string[]): string {
  return [workflowSha256, ...targets].join(' ');
}

function toTargets(ids: readonly string[]): PlanTargets {
  return ids.length === 0 ? {} : { ids };
}

function imageNamesOf({ plan }: PreparedRun): readonly string[] {
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
