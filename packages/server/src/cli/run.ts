import { join } from 'node:path';
import {
  cacheOver,
  describeDiagnostic,
  type EvaluableNode,
  executeRun,
  type FingerprintedPlan,
  fingerprintPlan,
  formatWorkflow,
  type OutputCache,
  planRun,
  type RunEvent,
  type RunOutput,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { UnclipServices } from '@unclip-studio/nodes-unclip';
import { BUNDLED_IMAGES_FOLDER } from '../services/bundled-folders.js';
import { createImageStore, type ImageStore } from '../services/image-store.js';
import { applySettings } from './apply-settings.js';
import { BadInput } from './bad-input.js';
import { type CacheOptions, resultStoreOptions } from './cache-options.js';
import { listenForCancel } from './cancel.js';
import { checkDevice } from './device.js';
import { EXIT } from './exit-codes.js';
import { createHost, type Host, now } from './host.js';
import { readMemory } from './memory.js';
import { findModelFolders } from './model-folders.js';
import { loadCatalog } from './node-catalog.js';
import { readWorkflowFile } from './read-workflow.js';
import { createHumanView, createJsonView, type RunView } from './run-view.js';
import type { Terminal } from './terminal.js';

/** The options of `unclip run`; see its --help. */
export interface RunOptions extends CacheOptions {
  /** `NODE.PARAM=VALUE`, each. */
  readonly set: readonly string[];
  /** Node ids; those with side effects when empty. */
  readonly target: readonly string[];
  readonly out: string;
  readonly json: boolean;
  readonly device: string;
  /** Compare what was made with what the workflow expects. */
  readonly check: boolean;
  /** Such as `6GB`. */
  readonly memory?: string;
  readonly models: readonly string[];
}

/**
 * `unclip run`: checks everything that can be checked beforehand, runs the workflow, and says what it made.
 *
 * @throws BadInput with all problems found, before anything was run
 */
export async function runWorkflowFile(file: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const { workflow, plan, host, images } = await prepareRun(file, options);
  const expectations = options.check ? await loadExpectations(workflow) : undefined;
  const view = options.json ? createJsonView({ terminal }) : await createHumanView({ terminal, workflow, now });
  const cancel = listenForCancel(terminal);
  const made = new Map<string, readonly RunOutput[]>();
  try {
    const { outcome } = await executeRun({
      plan,
      services: host.services,
      cache: host.kept === undefined ? NO_CACHE : cacheOver(host.kept, NO_CACHE),
      signal: cancel.signal,
      now,
      onEvent: (event) => reportEvent(event, view, made),
    });
    const kept = [...made.values()].flat().filter((output) => !output.temporary);
    if (!options.json) for (const { location } of kept) terminal.out(location);
    const unmet = outcome === 'succeeded' ? ((await expectations?.unmet(made, images)) ?? []) : [];
    for (const words of unmet) terminal.err(`Not as expected: ${words}`);
    if (unmet.length > 0) return EXIT.runFailed;
    return { succeeded: EXIT.done, failed: EXIT.runFailed, cancelled: EXIT.cancelled }[outcome];
  } finally {
    cancel.close();
    await host.close();
    const problem = host.resultCounts()?.problem;
    if (problem !== undefined) terminal.err(`Results could not be kept for later runs: ${problem}.`);
  }
}

interface PreparedRun {
  readonly workflow: Workflow;
  readonly plan: FingerprintedPlan<EvaluableNode<UnclipServices>>;
  readonly host: Host;
  readonly images: ImageStore;
}

async function prepareRun(file: string, options: RunOptions): Promise<PreparedRun> {
  checkDevice(options.device);
  const modelFolders = findModelFolders(options.models);
  const [source, catalog] = await Promise.all([readWorkflowFile(file), loadCatalog()]);
  const images = createImageStore([source.folder, join(source.folder, 'images'), BUNDLED_IMAGES_FOLDER]);
  const { workflow, problems } = await applySettings(source.workflow, options.set, { catalog, images });
  const results = resultStoreOptions(options);
  const memoryBudgetBytes = readMemory(options.memory);
  const host = createHost({
    ...{ images, modelFolders, outFolder: options.out, workflowText: formatWorkflow(workflow) },
    ...(results && { results }),
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
  });
  const planned = planRun(workflow, catalog, options.target.length === 0 ? undefined : options.target);
  const checked = planned.ok ? await fingerprintPlan(planned.value, host.environment) : planned;
  const all = [...problems, ...(checked.ok ? [] : checked.diagnostics.map(describeDiagnostic))];
  if (checked.ok && all.length === 0) return { workflow, plan: checked.value, host, images };
  throw new BadInput(all, `${source.shown} cannot be run:`);
}

function reportEvent(event: RunEvent, view: RunView, made: Map<string, readonly RunOutput[]>): void {
  view.show(event);
  if (event.type === 'node-finished') made.set(event.node, event.outputs);
}

/** @throws BadInput if there are none, or their form is wrong */
async function loadExpectations(workflow: Workflow) {
  const { readExpectations, unmetExpectations } = await import('../services/expectations.js');
  const expectations = readExpectations(workflow);
  if (expectations.problems.length > 0) throw new BadInput(expectations.problems, '--check cannot be done:');
  if (expectations.nodes.size === 0) {
    throw new BadInput(['--check: the workflow expects nothing. Give a node that makes pictures an "expect".']);
  }
  return {
    unmet: (made: ReadonlyMap<string, readonly RunOutput[]>, images: ImageStore) =>
      unmetExpectations(expectations, made, images),
  };
}

// One run evaluates each node once; results would only take memory until the process ends.
const NO_CACHE: OutputCache = { get: () => undefined, set: () => {} };
