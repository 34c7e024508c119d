import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeDiagnostic, formatWorkflow, parseWorkflow, setParam, type Workflow } from '@unclip-studio/graph-core';
import {
  createEngine,
  createImageStore,
  createOutputStore,
  createResultStore,
  type Engine,
  loadCatalog,
  prepareRun,
} from '@unclip-studio/server';
import { REPOSITORY, type Settings } from './variations.js';

/** What one process would have done with a workflow. */
export interface KeptRun {
  readonly outcome: string;
  readonly failures: readonly string[];
  /** In the order of the plan. */
  readonly cached: readonly string[];
  readonly evaluated: readonly string[];
  readonly durationMs: number;
  /** Of the images that were saved. */
  readonly paths: readonly string[];
  /** How often any model ran, by what it is for: `unet`, `vae`, `text_encoder`, `image_encoder`. */
  readonly modelRuns: Readonly<Record<string, number>>;
  /** How often each sampling step was reported. */
  readonly steps: readonly number[];
  readonly counts: ReturnType<Engine['resultCounts']>;
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

const catalog = loadCatalog();

/** Few steps and one image, so that a run takes well under a second. */
export const QUICK: Settings = { 'sample.steps': 4, 'sample.count': 1 };

/** Runs a workflow as a separate process would: only the cache folder is left of earlier runs. */
export async function keptRun(options: KeptRunOptions): Promise<KeptRun> {
  const { outFolder, cacheFolder, settings = QUICK, minFreeBytes = 0 } = options;
  const workflow = Object.entries(settings).reduce((changed, [path, value]) => {
    const [node = '', param = ''] = path.split('.');
    return setParam(changed, node, param, value);
  }, options.workflow ?? bundledWorkflow());
  const images = createImageStore([join(REPOSITORY, 'workflows/images')]);
  const outputs = createOutputStore({ folder: outFolder, workflowText: formatWorkflow(workflow) });
  const modelRuns: Record<string, number> = {};
  const engine = createEngine({
    modelFolders: [join(REPOSITORY, 'models')],
    cacheBytes: 0,
    results: createResultStore({ folder: cacheFolder, maxBytes: 1e9, minFreeBytes }),
    onNativeCall(underWay, modelKey) {
      const [name = ''] = modelKey.split(' ');
      if (underWay) modelRuns[name] = (modelRuns[name] ?? 0) + 1;
    },
  });
  const plan = await engine.fingerprint(prepareRun(workflow, catalog), images);
  if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join('\n'));
  const found = {
    failures: [] as string[],
    cached: [] as string[],
    evaluated: [] as string[],
    paths: [] as string[],
    steps: [] as number[],
  };
  const startMs = performance.now();
  const { outcome } = await engine.run({
    ...{ plan: plan.value, images, outputs },
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
  await engine.close();
  return { outcome, ...found, modelRuns, durationMs, counts: engine.resultCounts() };
}

export function bundledWorkflow(name = 'image-variations'): Workflow {
  const parsed = parseWorkflow(readFileSync(join(REPOSITORY, 'workflows', `${name}.json`), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(describeDiagnostic).join('\n'));
  return parsed.value;
}
