import { type Result, type RunEvent, type RunOutput, versionOf } from '@unclip-studio/graph-core';
import type { ForecastNode, NewOutput, RunOrder, RunReport, RunUpdate } from '@unclip-studio/protocol';
import type { Engine, RunnablePlan } from '../engine/engine.js';
import type { StoredOutput } from '../engine/stored-outputs.js';
import { optionOf } from '../services/devices/device.js';
import type { ModelRun } from '../services/ort-sessions.js';
import type { StepCount } from './draw-preview.js';
import { forecastMemory, partsOfNodes, usesOfRun } from './forecast-models.js';
import { createRunUpdates, toRunUpdates } from './run-updates.js';
import { summarizeTimings, workOfPlan } from './timing-keys.js';
import type { RunFiles, WorkerServices } from './worker-services.js';

export interface EvaluateOptions {
  readonly signal: AbortSignal;
  onUpdates(updates: readonly RunUpdate[]): void;
  onPreview(node: string, value: unknown, progress: StepCount): void;
}

export interface Evaluation {
  /** What has happened since the last returned updates. */
  readonly updates: readonly RunUpdate[];
  readonly report: RunReport;
}

/** Runs one order to its end; a workflow that cannot be planned ends as failed. Throws only for internal errors. */
export async function evaluateRun(
  services: WorkerServices,
  order: RunOrder,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const files = services.filesOf(order);
  const plan = await planOrder(services, files, order);
  if (!plan.ok) {
    const report: RunReport = { outcome: 'failed', diagnostics: plan.diagnostics, timings: [] };
    return { updates: [], report };
  }
  return evaluatePlan(services.engine, { plan: plan.value, files, options });
}

export interface OrderForecast {
  readonly nodes: readonly ForecastNode[];
  /** See {@link forecastMemory}. */
  readonly peakMemoryBytes?: number;
}

/** Says which nodes an order would evaluate, by the rule of the executor, and what their models take. */
export async function forecastRun(services: WorkerServices, order: RunOrder): Promise<Result<OrderForecast>> {
  const planned = await planOrder(services, services.filesOf(order), order);
  if (!planned.ok) return planned;
  const { checkpoints, inference, isLoaded, deviceNow, nodesToRun } = services.engine;
  const { nodes } = planned.value;
  const willRun = await nodesToRun(planned.value);
  const budgetBytes = inference.memoryBudgetBytes ?? Number.POSITIVE_INFINITY;
  const uses = await usesOfRun(nodes, willRun, { checkpoints, budgetBytes });
  const parts = await partsOfNodes(nodes, { uses, isLoaded, device: await deviceNow() });
  const forecast = nodes.map(({ id }, index) => ({
    node: id,
    willRun: willRun.has(index),
    parts: willRun.has(index) ? (parts[index] ?? []) : [],
  }));
  const peakMemoryBytes = uses && forecastMemory([...uses.values()].flat(), budgetBytes);
  return { ok: true, value: { nodes: forecast, ...(peakMemoryBytes === undefined ? {} : { peakMemoryBytes }) } };
}

/**
 * Repeats a run whose results are all cached: reads them, and encodes its images, which are not cached. That loads the
 * identities of checkpoints and images and all the code involved, so that a first run takes little longer than a second
 * one. A run that would need a model is skipped, and so is everything after a damaged result. Reports nothing and never
 * fails: the run itself will.
 */
export async function warmUpRun(services: WorkerServices, order: RunOrder, signal: AbortSignal): Promise<void> {
  const { engine } = services;
  const files = services.filesOf(order, { keepNothing: true });
  const planned = await planOrder(services, files, order);
  if (!planned.ok) return;
  const plan = planned.value;
  const toRun = await engine.nodesToRun(plan);
  if ([...toRun].some((index) => plan.nodes[index]?.definition.sideEffects !== true)) return;
  await engine.run({ plan, ...files, signal, withoutModels: true });
}

function planOrder(
  { engine, runs }: WorkerServices,
  { images }: RunFiles,
  order: RunOrder,
): Promise<Result<RunnablePlan>> {
  return engine.fingerprint(runs.prepare(order, order.targets), images);
}

interface PlannedOrder {
  readonly plan: RunnablePlan;
  readonly files: RunFiles;
  readonly options: EvaluateOptions;
}

async function evaluatePlan(engine: Engine, { plan, files, options }: PlannedOrder): Promise<Evaluation> {
  const updates = createRunUpdates();
  const complete = outputCompleter(plan);
  const flush = () => {
    if (!updates.isEmpty()) options.onUpdates(updates.take());
  };
  const durationsMs = new Map<string, number>();
  const modelsMs = new Map<string, number>();
  const modelRuns: ModelRun[] = [];
  let current = '';
  const progress = new Map<string, StepCount>();
  const onEvent = (event: RunEvent) => {
    if (event.type === 'node-started') current = event.node;
    if (event.type === 'node-progress') progress.set(event.node, event);
    if (event.type === 'node-finished') durationsMs.set(event.node, event.durationMs);
    if (updates.isEmpty()) setImmediate(flush);
    for (const update of toRunUpdates(event, complete)) updates.add(update);
  };
  const before = optionOf(await engine.deviceNow());
  const { outcome } = await engine.run({
    ...{ plan, ...files, signal: options.signal, onEvent },
    onModelRun(run) {
      modelRuns.push(run);
      modelsMs.set(current, (modelsMs.get(current) ?? 0) + run.loadMs + run.runMs);
    },
    onPreview: (node, value) => options.onPreview(node, value, progress.get(node) ?? { step: 0, steps: 0 }),
  });
  const now = optionOf(await engine.deviceNow());
  // Nodes of a run whose device failed tell nothing about either device.
  const work = workOfPlan(plan.nodes, now === before ? now : `${before}, then ${now}`);
  const timed = plan.nodes.flatMap(({ id }, index) => {
    const durationMs = durationsMs.get(id);
    const own = work[index];
    return durationMs === undefined || own === undefined ? [] : [[own, durationMs, modelsMs.get(id) ?? 0] as const];
  });
  const neededBytes = files.outputs.diskNeededBytes();
  const report: RunReport = {
    outcome,
    ...(neededBytes === undefined ? {} : { diskNeededBytes: neededBytes }),
    timings: summarizeTimings({ nodes: timed, models: modelRuns }),
  };
  return { updates: updates.take(), report };
}

/** Turns what a node published into what the server lists. */
function outputCompleter(plan: RunnablePlan): (node: string, output: RunOutput, index: number) => NewOutput {
  const places = new Map(plan.nodes.map((node, place) => [node.id, place]));
  return (id, output, index) => {
    const place = places.get(id) ?? -1;
    const planned = plan.nodes[place];
    const fingerprint = plan.fingerprints[place];
    if (planned === undefined || fingerprint === undefined) {
      throw new Error(`Internal error: an output of ${id}, which is not planned`);
    }
    const { definition, params } = planned;
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
      receipt: { nodeType: definition.type, nodeVersion: versionOf(definition, params), fingerprint },
    };
  };
}
