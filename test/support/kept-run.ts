import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheOver,
  createCatalog,
  createOutputCache,
  describeDiagnostic,
  executeRun,
  fingerprintPlan,
  formatWorkflow,
  parseWorkflow,
  planRun,
  setParam,
  type Workflow,
} from '@unclip-studio/graph-core';
import { type InferenceService, unclipNodes } from '@unclip-studio/nodes-unclip';
import { createHost, createImageStore } from '@unclip-studio/server';
import { REPOSITORY, type Settings } from './variations.js';

/** What one process would have done with a workflow. */
export interface KeptRun {
  readonly outcome: string;
  readonly failures: readonly string[];
  /** In the order of the plan. */
  readonly cached: readonly string[];
  readonly evaluated: readonly string[];
  readonly durationMs: number;
  /** Of the pictures that were saved. */
  readonly paths: readonly string[];
  /** How often any model ran, by what it is for: `unet`, `vae`, `text_encoder`, `image_encoder`. */
  readonly modelRuns: Readonly<Record<string, number>>;
  /** How often each sampling step was reported. */
  readonly steps: readonly number[];
  readonly counts: ReturnType<ReturnType<typeof createHost>['resultCounts']>;
}

export interface KeptRunOptions {
  readonly outFolder: string;
  readonly cacheFolder: string;
  readonly settings?: Settings;
  readonly minFreeBytes?: number;
  readonly workflow?: Workflow;
  /** Throws to let the process "die" at a step. */
  onStep?(step: number): void;
}

const catalog = createCatalog(unclipNodes);

/** Few steps and one picture, so that a run takes well under a second. */
export const QUICK: Settings = { 'sample.steps': 4, 'sample.count': 1 };

/** Runs a workflow as a process of its own would: nothing but the cache folder is left of earlier runs. */
export async function keptRun(options: KeptRunOptions): Promise<KeptRun> {
  const { outFolder, cacheFolder, settings = QUICK, minFreeBytes = 0 } = options;
  const workflow = Object.entries(settings).reduce((changed, [path, value]) => {
    const [node = '', param = ''] = path.split('.');
    return setParam(changed, node, param, value);
  }, options.workflow ?? bundledWorkflow());
  const host = createHost({
    images: createImageStore([join(REPOSITORY, 'workflows/images')]),
    modelFolders: [join(REPOSITORY, 'models')],
    outFolder,
    workflowText: formatWorkflow(workflow),
    results: { folder: cacheFolder, maxBytes: 1e9, minFreeBytes },
  });
  const plan = planRun(workflow, catalog);
  if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
  const fingerprinted = await fingerprintPlan(plan.value, host.environment);
  if (!fingerprinted.ok) throw new Error(fingerprinted.diagnostics.map(describeDiagnostic).join('\n'));
  const modelRuns: Record<string, number> = {};
  const found = {
    failures: [] as string[],
    cached: [] as string[],
    evaluated: [] as string[],
    paths: [] as string[],
    steps: [] as number[],
  };
  const startMs = performance.now();
  const memory = createOutputCache({ maxBytes: 0 });
  const { outcome } = await executeRun({
    plan: fingerprinted.value,
    services: { ...host.services, inference: counting(host.services.inference, modelRuns) },
    cache: host.kept === undefined ? memory : cacheOver(host.kept, memory),
    signal: new AbortController().signal,
    now: () => performance.now(),
    onPreview: (_, value) => {
      const { step } = value as { readonly step: number };
      found.steps.push(step);
      options.onStep?.(step);
    },
    onEvent(event) {
      if (event.type === 'node-failed') found.failures.push(event.message);
      if (event.type === 'node-cached') found.cached.push(event.node);
      if (event.type !== 'node-finished') return;
      found.evaluated.push(event.node);
      found.paths.push(...event.outputs.map((output) => output.location));
    },
  });
  const durationMs = performance.now() - startMs;
  await host.close();
  return { outcome, ...found, modelRuns, durationMs, counts: host.resultCounts() };
}

export function bundledWorkflow(): Workflow {
  const parsed = parseWorkflow(readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(describeDiagnostic).join('\n'));
  return parsed.value;
}

function counting(inference: InferenceService, runs: Record<string, number>): InferenceService {
  return {
    ...inference,
    run(model, feeds) {
      const [name = ''] = model.key.split(' ');
      runs[name] = (runs[name] ?? 0) + 1;
      return inference.run(model, feeds);
    },
  };
}
