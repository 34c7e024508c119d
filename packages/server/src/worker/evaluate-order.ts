import {
  executeRun,
  type FingerprintedPlan,
  fingerprintPlan,
  formatWorkflow,
  type NodeDefinition,
  type OutputCache,
  type Result,
  type RunEvent,
  type RunOutput,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import type { NewOutput } from '../store/outputs-table.js';
import { forecastMemory } from './forecast-models.js';
import type { ForecastNode, RunEventBatch, RunOrder, RunReport } from './messages.js';
import type { PlanMemo } from './plan-memo.js';
import type { StepCount } from './preview-picture.js';
import { createRunEventCollector, NO_RUN_EVENTS, type RunEventCollector } from './run-event-batch.js';
import { summarizeTimings, workOfPlan } from './timing-keys.js';
import type { RunHost, RunHostOptions, StoredOutput, WorkerServices } from './worker-services.js';

type EvaluablePlan = FingerprintedPlan<UnclipNode>;

/** What a worker keeps from run to run. */
export interface Evaluator {
  readonly plans: PlanMemo<UnclipNode>;
  readonly services: WorkerServices;
  readonly cache: OutputCache;
}

export interface EvaluateOptions {
  readonly signal: AbortSignal;
  onBatch(batch: RunEventBatch): void;
  onPreview(node: string, value: unknown, progress: StepCount): void;
}

export interface Evaluation {
  /** What has happened since the last batch handed out. */
  readonly batch: RunEventBatch;
  readonly report: RunReport;
}

/** Runs one order to its end; a workflow that cannot be planned ends as failed. Throws only for internal errors. */
export async function evaluateOrder(
  evaluator: Evaluator,
  order: RunOrder,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const host = hostFor(evaluator, order);
  const plan = await planOrder(evaluator, host, order);
  if (!plan.ok) {
    const report: RunReport = { outcome: 'failed', diagnostics: plan.diagnostics, timings: [] };
    return { batch: NO_RUN_EVENTS, report };
  }
  return evaluatePlan(evaluator, { plan: plan.value, host, options });
}

export interface OrderForecast {
  readonly nodes: readonly ForecastNode[];
  /** See {@link forecastMemory}. */
  readonly peakMemoryBytes?: number;
}

/** Says which nodes an order would evaluate, by the rule of the executor, and what their models take. */
export async function forecastOrder(evaluator: Evaluator, order: RunOrder): Promise<Result<OrderForecast>> {
  const host = hostFor(evaluator, order);
  const planned = await planOrder(evaluator, host, order);
  if (!planned.ok) return planned;
  await lookUpResults(evaluator.cache, planned.value);
  const { nodes } = planned.value;
  const willRun = findUnknown(evaluator.cache, planned.value);
  const work = workOfPlan(nodes);
  const forecast = nodes.map((node, place) => ({
    node: node.id,
    willRun: willRun.has(place),
    timingKeys: willRun.has(place) ? (work[place]?.timingKeys ?? []) : [],
    units: work[place]?.units ?? 1,
  }));
  const { checkpoints, inference } = host.services;
  const budgetBytes = inference.memoryBudgetBytes ?? Number.POSITIVE_INFINITY;
  const peakMemoryBytes = await forecastMemory(nodes, willRun, { checkpoints, budgetBytes });
  return { ok: true, value: { nodes: forecast, ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }) } };
}

/** The places of the nodes that would be evaluated, by the rule of the executor. */
export function findUnknown(cache: OutputCache, { nodes, fingerprints, targets }: EvaluablePlan): ReadonlySet<number> {
  const unknown = new Set<number>();
  const toVisit = [...targets];
  for (let place = toVisit.pop(); place !== undefined; place = toVisit.pop()) {
    const node = nodes[place];
    if (node === undefined || unknown.has(place)) continue;
    if (!node.definition.sideEffects && isKnown(cache, fingerprints[place] ?? '', node.definition)) continue;
    unknown.add(place);
    for (const { source } of node.inputs) toVisit.push(source);
  }
  return unknown;
}

/** All at once: asked one after the other, results on other machines would cost a round trip a node. */
export async function lookUpResults({ kept, get }: OutputCache, { nodes, fingerprints }: EvaluablePlan): Promise<void> {
  if (kept?.lookUp === undefined) return;
  const unknown = nodes.flatMap(({ definition }, place) => {
    const fingerprint = fingerprints[place] ?? '';
    return definition.sideEffects || get(fingerprint) !== undefined ? [] : [{ fingerprint, definition }];
  });
  await kept.lookUp(unknown);
}

function isKnown(cache: OutputCache, fingerprint: string, definition: NodeDefinition): boolean {
  return cache.get(fingerprint) !== undefined || cache.kept?.has(fingerprint, definition) === true;
}

export function hostFor(
  { services }: Evaluator,
  { pictures, workflowJson }: RunOrder,
  options: Pick<RunHostOptions, 'isRehearsal'> = {},
): RunHost {
  let text: string | undefined;
  const workflowText = () => {
    text ??= formatWorkflow(parseStored(workflowJson));
    return text;
  };
  return services.forRun({ pictures, workflowText, ...options });
}

export async function planOrder(
  { plans }: Evaluator,
  host: RunHost,
  { workflowJson, ...order }: RunOrder,
): Promise<Result<EvaluablePlan>> {
  const planned = plans.plan({ ...order, workflow: () => parseStored(workflowJson) });
  return planned.ok ? fingerprintPlan(planned.value, host.environment) : planned;
}

/** The server has checked it before it stored it. */
function parseStored(workflowJson: string): Workflow {
  return JSON.parse(workflowJson) as Workflow;
}

interface PlannedOrder {
  readonly plan: EvaluablePlan;
  readonly host: RunHost;
  readonly options: EvaluateOptions;
}

async function evaluatePlan({ cache }: Evaluator, { plan, host, options }: PlannedOrder): Promise<Evaluation> {
  const collector = createRunEventCollector(outputCompleter(plan));
  const durationsMs = new Map<string, number>();
  const progress = new Map<string, StepCount>();
  const onEvent = (event: RunEvent) => {
    if (event.type === 'node-progress') progress.set(event.node, event);
    if (event.type === 'node-finished') durationsMs.set(event.node, event.durationMs);
    if (collector.isEmpty()) setImmediate(() => flush(collector, options));
    collector.add(event);
  };
  await lookUpResults(cache, plan);
  const { outcome } = await executeRun({
    plan,
    cache,
    services: host.services,
    signal: options.signal,
    now: () => performance.now(),
    onEvent,
    onPreview: (node, value) => options.onPreview(node, value, progress.get(node) ?? { step: 0, steps: 0 }),
  });
  const work = workOfPlan(plan.nodes);
  const timed = plan.nodes.flatMap(({ id }, place) => {
    const durationMs = durationsMs.get(id);
    const own = work[place];
    return durationMs === undefined || own === undefined ? [] : [[own, durationMs] as const];
  });
  const neededBytes = host.diskNeededBytes();
  const report: RunReport = {
    outcome,
    ...(neededBytes === undefined ? {} : { diskNeededBytes: neededBytes }),
    timings: summarizeTimings(timed),
  };
  return { batch: collector.take(), report };
}

function flush(collector: RunEventCollector, { onBatch }: EvaluateOptions): void {
  if (!collector.isEmpty()) onBatch(collector.take());
}

/** Turns what a node published into what the server lists. */
function outputCompleter(plan: EvaluablePlan): (node: string, output: RunOutput, index: number) => NewOutput {
  const places = new Map(plan.nodes.map((node, place) => [node.id, place]));
  return (id, output, index) => {
    const place = places.get(id) ?? -1;
    const definition = plan.nodes[place]?.definition;
    const fingerprint = plan.fingerprints[place];
    if (definition === undefined || fingerprint === undefined) {
      throw new Error(`Internal error: an output of ${id}, which is not planned`);
    }
    // Every output of this host comes from its own `OutputService`, which adds name and size.
    const { name, sizeBytes } = output as StoredOutput;
    return {
      node: id,
      index,
      sha256: output.location,
      name,
      temporary: output.temporary === true,
      mediaType: output.mediaType,
      sizeBytes,
      widthPx: output.widthPx,
      heightPx: output.heightPx,
      receipt: { nodeType: definition.type, nodeVersion: definition.version, fingerprint },
    };
  };
}
