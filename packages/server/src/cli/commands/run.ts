import {
  asSaved,
  type Catalog,
  type Diagnostic,
  describeDiagnostic,
  findNewerPlugins,
  findWarnings,
  formatWorkflow,
  migrateNodes,
  type RunEvent,
  type RunOutput,
  type Workflow,
} from '@unclip-studio/graph-core';
import { takesModels, type UnclipNode } from '@unclip-studio/nodes-unclip';
import type { ResultStoreCounts } from '@unclip-studio/protocol';
import { createEngine, type Engine, type RunnablePlan } from '../../engine/engine.js';
import { prepareRun } from '../../engine/prepared-run.js';
import type { Plugins } from '../../plugins/load-plugins.js';
import { createSignMade } from '../../services/c2pa/sign-made.js';
import { createImageStore, type ImageStore } from '../../services/image-store.js';
import { createOutputStore } from '../../services/output-store.js';
import { machineCacheFolder } from '../../services/results/cache-folder.js';
import { createResultStore } from '../../services/results/result-store.js';
import { type AppliedSettings, applySettings, type WorkflowVariant } from '../apply-settings.js';
import { createBatchLines, type EndOfRun, nameInFiles } from '../batch-lines.js';
import type { ExpectationCheck, ExpectationContext } from '../check-expectations.js';
import type { ConfigOf } from '../command-table.js';
import { BadInput, EXIT } from '../exit-codes.js';
import { beginLater } from '../from-step.js';
import type { Io } from '../io.js';
import { leaveOutImages } from '../leave-out-images.js';
import { readUploadedImage } from '../library.js';
import { readDevice } from '../machine-options.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { createProgressBarView } from '../progress-bar-view.js';
import { createProgressLinesView } from '../progress-lines-view.js';
import { imageFoldersOf, readWorkflowFile, type WorkflowSource } from '../read-workflow.js';
import type { RunView, RunViewOptions } from '../run-lines.js';
import { listenForCancel } from '../signals.js';
import type { CommandContext } from '../terminal.js';

type RunConfig = ConfigOf<'run'>;

/**
 * `unclip run`: checks everything that can be checked beforehand, runs the workflow, once for each combination of the
 * settings' values, and prints the outputs.
 *
 * @throws BadInput with all problems found, before anything was run
 */
export async function runWorkflowFile(config: RunConfig, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const { runs, catalog, engine, images, leftOut, plugins } = await prepareRuns(config, context);
  const cancel = listenForCancel(context);
  const batch = createBatchLines(runs, { terminal, json: config.json, leftOut });
  const ends: EndOfRun[] = [];
  try {
    for (const run of runs) {
      if (cancel.signal.aborted) break;
      batch.begins(run);
      ends.push(await executeOne(run, { catalog, engine, images, signal: cancel.signal, config, context }));
    }
    batch.ended(ends);
    if (ends.some(({ outcome }) => outcome === 'cancelled') || ends.length < runs.length) return EXIT.cancelled;
    const isDone = ends.every(({ outcome }) => outcome === 'succeeded') && leftOut.length === 0;
    return isDone ? EXIT.done : EXIT.runFailed;
  } finally {
    cancel.close();
    await engine.close();
    await plugins.close();
    tellOfResults(engine.resultCounts(), terminal);
  }
}

function tellOfResults(counts: ResultStoreCounts | undefined, terminal: CommandContext['terminal']): void {
  if (counts === undefined) return;
  const { damaged, problem } = counts;
  if (damaged > 0) {
    const what = damaged === 1 ? 'One kept result was' : `${damaged} kept results were`;
    terminal.err(
      `${what} damaged on the disk; what needed them was computed again. If this happens again, check the disk.`,
    );
  }
  if (problem !== undefined) terminal.err(`Results could not be kept for later runs: ${problem}.`);
}

interface RunContext {
  readonly catalog: Catalog<UnclipNode>;
  readonly engine: Engine;
  readonly images: ImageStore;
  readonly signal: AbortSignal;
  readonly config: RunConfig;
  readonly context: CommandContext;
}

/** A run whose images are not as expected has failed. */
async function executeOne(run: CheckedRun, given: RunContext): Promise<EndOfRun> {
  const { catalog, engine, images, signal, config, context } = given;
  const { workflow, plan, expectations, varied } = run;
  const { io, terminal } = context;
  const view = config.json
    ? createJsonView({ terminal })
    : await createHumanView({ terminal, workflow, now: () => performance.now() });
  if (plan === undefined) return tellUnusable(run, view);
  const { c2pa } = config;
  const outputs = createOutputStore({
    ...{ folder: config.out, cwd: io.cwd, receiptFiles: config.receipts },
    workflowText: formatWorkflow(asSaved(workflow, catalog)),
    device: engine.device,
    nodeTypes: catalog.types,
    sign: c2pa && createSignMade({ c2pa, readInput: (name) => images.read(name), nodeTypes: catalog.types }),
    nameSuffix: varied.map((setting) => `-${nameInFiles(setting)}`).join(''),
  });
  const made = new Map<string, readonly RunOutput[]>();
  let problem: string | undefined;
  const { outcome, values } = await engine.run({
    ...{ plan, images, outputs, signal },
    onEvent(event) {
      reportEvent(event, view, made);
      if (event.type === 'node-failed') problem ??= event.message;
    },
  });
  const kept = [...made.values()].flat().filter((output) => !output.temporary);
  if (!config.json) for (const { location } of kept) terminal.out(location);
  const unmet = outcome === 'succeeded' ? ((await expectations?.unmet({ images: made, values })) ?? []) : [];
  for (const words of unmet) terminal.err(`Not as expected: ${words}`);
  return unmet.length > 0 ? { outcome: 'failed', problem: unmet[0] } : { outcome, problem };
}

/** A run that was found to be impossible beforehand ends as one that fails under way. */
function tellUnusable({ problems = [] }: CheckedRun, view: RunView): EndOfRun {
  for (const { node, problem } of problems) {
    view.show({ type: 'node-failed', node, durationMs: 0, message: problem });
  }
  view.show({ type: 'run-finished', outcome: 'failed', durationMs: 0 });
  return { outcome: 'failed', problem: problems[0]?.problem };
}

type FileProblem = Extract<Diagnostic, { readonly code: 'file-problem' }>;

interface CheckedRun extends WorkflowVariant {
  /** Left out where a file cannot be used. */
  readonly plan?: RunnablePlan;
  readonly problems?: readonly FileProblem[];
  /** Left out without --check. */
  readonly expectations?: ExpectationCheck;
}

interface PreparedRuns {
  readonly runs: readonly CheckedRun[];
  readonly catalog: Catalog<UnclipNode>;
  readonly engine: Engine;
  readonly images: ImageStore;
  readonly plugins: Plugins;
  /** See `AppliedSettings`. */
  readonly leftOut: readonly string[];
}

async function prepareRuns(config: RunConfig, context: CommandContext): Promise<PreparedRuns> {
  const { io, terminal } = context;
  const { modelFolders, maxImagePixels: maxPixels, memoryBudgetBytes, pickles, results } = config;
  const device = await readDevice(config.device, io);
  const { catalog, plugins } = await loadPluginCatalog(config, context);
  const given = await readWorkflowFile(config.file, io, {
    ofPlugins: plugins.workflows,
    dataFolder: config.dataFolder,
  });
  const source = { ...given, workflow: migrateNodes(given.workflow, catalog) };
  const images = createImageStore(imageFoldersOf(source.folder, io), {
    maxPixels,
    library: { read: (name) => readUploadedImage(config.dataFolder, name), comesFirst: source.isSaved === true },
  });
  const settings = [
    ...config.input.map((text) => ({ option: '--input', text }) as const),
    ...config.set.map((text) => ({ option: '--set', text }) as const),
  ];
  const applied = await applySettings(source.workflow, settings, { catalog, images, cwd: io.cwd, maySpread: true });
  const later = beginLater(source.workflow, applied, { fromStep: config.fromStep, catalog });
  const { variants, problems, leftOut } = await leaveOutImages(later, { catalog, images });
  if (device.name !== 'cpu') tell(`Models run on ${device.words}.`, config, terminal);
  if (device.hint !== undefined) tell(device.hint, config, terminal);
  const engine = createEngine({
    ...{ modelFolders, memoryBudgetBytes, pickles, device, machineCacheFolder: machineCacheFolder(io) },
    onNotice: (words) => tell(words, config, terminal),
    oneShot: variants.length === 1 && variants.every(({ workflow }) => isOneShot(workflow, catalog)),
    // Runs of one command share their common part; a single run would read nothing again.
    cacheBytes: variants.length === 1 ? 0 : SHARED_BYTES,
    ...(results && { results: createResultStore(results) }),
  });
  try {
    const runs = await planAll({ variants, problems }, { source, catalog, images, engine, config, io });
    const warnings = runs.flatMap(({ workflow }) => findWarnings(workflow, catalog).map(describeDiagnostic));
    for (const words of new Set(warnings)) tell(`Warning: ${words}`, config, terminal);
    return { runs, catalog, engine, images, leftOut, plugins };
  } catch (error) {
    await engine.close();
    await plugins.close();
    throw error;
  }
}

interface PlanningContext extends Pick<ExpectationContext, 'catalog' | 'images' | 'engine'> {
  readonly source: WorkflowSource;
  readonly config: RunConfig;
  readonly io: Io;
}

/**
 * Plans all runs of the settings. An unusable image costs only the runs that need it, unless there are no others.
 *
 * @throws BadInput with the errors of the settings, and of each of their workflows
 */
async function planAll(
  { variants, problems }: Pick<AppliedSettings, 'variants' | 'problems'>,
  { source, catalog, images, engine, config, io }: PlanningContext,
): Promise<readonly CheckedRun[]> {
  const runs: CheckedRun[] = [];
  const wrong = new Set<string>(problems);
  const unusable = new Set<string>();
  for (const variant of variants) {
    const { workflow } = variant;
    const expectations = config.check
      ? await loadExpectations(workflow, { catalog, images, engine, cwd: io.cwd })
      : undefined;
    const targets = { ...(config.target.length > 0 && { ids: config.target }), also: expectations?.targets ?? [] };
    const checked = await engine.fingerprint(prepareRun(workflow, catalog, targets), images);
    if (checked.ok) {
      runs.push({ ...variant, plan: checked.value, ...(expectations && { expectations }) });
      continue;
    }
    const fileProblems = checked.diagnostics.filter((problem) => problem.code === 'file-problem');
    const isOfFiles = fileProblems.length === checked.diagnostics.length;
    if (isOfFiles) runs.push({ ...variant, problems: fileProblems });
    for (const problem of checked.diagnostics) (isOfFiles ? unusable : wrong).add(describeDiagnostic(problem));
  }
  const mayRun = wrong.size === 0 && runs.some(({ plan }) => plan !== undefined);
  const newer = findNewerPlugins(source.workflow, catalog).map(describeDiagnostic);
  if (!mayRun) throw new BadInput([...newer, ...wrong, ...unusable], `${source.shown} cannot be run:`);
  return runs;
}

function reportEvent(event: RunEvent, view: RunView, made: Map<string, readonly RunOutput[]>): void {
  view.show(event);
  if (event.type === 'node-finished') made.set(event.node, event.outputs);
}

async function loadExpectations(workflow: Workflow, context: ExpectationContext): Promise<ExpectationCheck> {
  const { prepareExpectations } = await import('../check-expectations.js');
  return prepareExpectations(workflow, context);
}

// What runs of one command share is mostly models, texts and embeddings, which are small.
const SHARED_BYTES = 512 * 2 ** 20;

/** Printed among the run's messages for people, and as a separate line for programs. */
function tell(words: string, { json }: RunConfig, terminal: CommandContext['terminal']): void {
  if (json) terminal.out(JSON.stringify({ type: 'notice', message: words }));
  else terminal.err(words);
}

/**
 * Whether a run needs each model only once in a row, so that none is needed again once the next is loaded: at most one
 * node of each type that runs models, and none that represents several. Two of one type may alternate with others.
 */
function isOneShot({ nodes }: Workflow, { types }: Catalog<UnclipNode>): boolean {
  const definitions = Object.values(nodes).map(({ type }) => types.get(type));
  const isPlain = definitions.every((definition) => definition !== undefined && definition.expands === undefined);
  const running = definitions.filter(takesModels);
  return isPlain && new Set(running).size === running.length;
}

/** For programs: one event a line, as JSON. */
function createJsonView({ terminal }: Pick<RunViewOptions, 'terminal'>): RunView {
  return { show: (event) => terminal.out(JSON.stringify(event)) };
}

/** For people: a moving bar where somebody watches, plain lines in logs and pipes. */
async function createHumanView(options: RunViewOptions): Promise<RunView> {
  if (!options.terminal.isWatched) return createProgressLinesView(options);
  return createProgressBarView(options, await options.terminal.loadBars());
}
