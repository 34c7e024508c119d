import {
  type CancelSignal,
  cacheOver,
  createOutputCache,
  executeRun,
  type FingerprintEnvironment,
  type FingerprintedPlan,
  type KeptResults,
  type OutputCache,
  type Result,
  type RunEvent,
  type RunResult,
} from '@unclip-studio/graph-core';
import type {
  ImageService,
  InferenceService,
  OutputService,
  UnclipNode,
  UnclipServices,
} from '@unclip-studio/nodes-unclip';
import type { Reason, ResultStoreCounts } from '@unclip-studio/protocol';
import { sha256 } from '../common/sha256.js';
import { arithmeticOf, CPU, type Device, deviceLabel, identityOn } from '../services/devices/device.js';
import { createCheckpointService, type LocalCheckpointService } from '../services/model-files.js';
import { createOrtSessions, type InjectedFailure, type ModelRun, type OrtSessions } from '../services/ort-sessions.js';
import { createKeptResults } from '../services/results/kept-results.js';
import type { ResultStore } from '../services/results/result-store.js';
import { createSamplingStates } from '../services/results/stored-sampling-states.js';
import type { PreparedRun } from './prepared-run.js';

export interface EngineOptions {
  /** Folders that hold checkpoints. */
  readonly modelFolders: readonly string[];
  /** See `machineCacheFolder`. */
  readonly machineCacheFolder?: string | undefined;
  /** Memory limit for loaded models; a default for the machine when left out. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Whether pickles are read, as data; they are when left out. */
  readonly pickles?: boolean | undefined;
  /** See `OrtSessionsOptions`. */
  readonly oneShot?: boolean;
  /** What models run on; the CPU when left out. */
  readonly device?: Device | Promise<Device>;
  /** Where results outlive the process; left out, none do. */
  readonly results?: ResultStore;
  /** What runs of this process may leave for each other in memory. */
  readonly cacheBytes: number;
  /** Called with a message for the user when a device fails or memory runs out. */
  onNotice?(words: string, because: Reason): void;
  /**
   * Called before native code blocks the thread, which waits for the promise, and after.
   *
   * @param modelKey see `ModelRequest`
   */
  onNativeCall?(underWay: boolean, modelKey: string): Promise<void> | undefined;
  /** See `OrtSessionsOptions`. */
  onDeviceLost?(words: string): Promise<never>;
  /** See `OrtSessionsOptions`. */
  readonly failureOf?: InjectedFailure | undefined;
  /** See `UnclipServices`. */
  readonly learnPreview?: UnclipServices['learnPreview'];
}

/** The images that a run may name. */
export interface NamedImages extends ImageService {
  /** What a name refers to: the hash of the image's content. */
  identify(name: string): Promise<string>;
  /** The file of an image as it is. */
  read(name: string): Promise<Uint8Array>;
}

export type RunnablePlan = FingerprintedPlan<UnclipNode>;

export interface EngineRun {
  readonly plan: RunnablePlan;
  readonly images: NamedImages;
  readonly outputs: OutputService;
  readonly signal?: CancelSignal;
  /** Only cached results are used: a node that needs a model fails. */
  readonly withoutModels?: boolean;
  onEvent?(event: RunEvent): void;
  onPreview?(node: string, value: unknown): void;
  /** Called with the duration of each model. */
  onModelRun?(run: ModelRun): void;
}

/** This machine, as runs see it. All workflows are run here. */
export interface Engine {
  readonly checkpoints: LocalCheckpointService;
  readonly inference: InferenceService;
  /** See `OrtSessions`. */
  readonly isLoaded: OrtSessions['isLoaded'];
  /** See `OrtSessions`. */
  readonly runBeside: OrtSessions['runBeside'];
  /** Names the results of a run, with files as they are now. */
  fingerprint(run: PreparedRun<UnclipNode>, images: NamedImages): Promise<Result<RunnablePlan>>;
  /** Indices in `plan.nodes` of what a run would evaluate, by the rule of the executor. */
  nodesToRun(plan: RunnablePlan): Promise<ReadonlySet<number>>;
  run(run: EngineRun): Promise<RunResult>;
  /** What models run on from now on; another one than at first once that has failed. */
  deviceNow(): Promise<Device>;
  /** What models run on, as a receipt has it. */
  device(): Promise<string>;
  /** How the kept results have fared. */
  resultCounts(): ResultStoreCounts | undefined;
  /** Unloads the models that no run uses. @param results what runs left for each other in memory goes as well */
  freeMemory(results: boolean): Promise<void>;
  /** Resolves when all results are on disk. */
  flush(): Promise<void>;
  /** Frees the loaded models, once all results are on disk. */
  close(): Promise<void>;
}

/** Nothing is opened yet: the inference runtime and the image library load with the first node that needs them. */
export function createEngine(options: EngineOptions): Engine {
  const { results, cacheBytes, learnPreview } = options;
  const checkpoints = createCheckpointService({
    ...{ roots: options.modelFolders, cacheFolder: options.machineCacheFolder, pickles: options.pickles },
  });
  // Runs are evaluated one after the other, so what a model takes is of the run under way.
  let onModelRun: EngineRun['onModelRun'];
  const sessions = createOrtSessions({ ...options, onRun: (run) => onModelRun?.(run) });
  const inference = announcing(sessions, options.onNativeCall);
  const samplingStates = results && createSamplingStates(results, async () => arithmeticOf(await sessions.device()));
  const kept = results && createKeptResults(results, checkpoints);
  let cache = createCache(cacheBytes, kept);
  const arithmetic = async () => arithmeticOf((await options.device) ?? CPU);
  const services = {
    checkpoints,
    ...(samplingStates && { samplingStates }),
    ...(learnPreview && { learnPreview }),
  };
  return {
    checkpoints,
    inference,
    isLoaded: sessions.isLoaded,
    async runBeside(model, feeds) {
      // Not awaited: it waits for the preview for which this model is run.
      void options.onNativeCall?.(true, model.key);
      try {
        return await sessions.runBeside(model, feeds);
      } finally {
        void options.onNativeCall?.(false, model.key);
      }
    },
    fingerprint: (run, images) => run.fingerprint(createFingerprintEnvironment(images, checkpoints, arithmetic)),
    async nodesToRun(plan) {
      await lookUpResults(cache, plan);
      return findUnknown(cache, plan);
    },
    async run({ plan, images, outputs, withoutModels = false, ...request }) {
      await lookUpResults(cache, plan);
      onModelRun = request.onModelRun;
      return executeRun({
        plan,
        cache,
        services: { ...services, images, outputs, inference: withoutModels ? withoutRunning(inference) : inference },
        signal: request.signal ?? NEVER_CANCELLED,
        now: () => performance.now(),
        onEvent: request.onEvent ?? (() => {}),
        ...(request.onPreview && { onPreview: request.onPreview }),
      });
    },
    deviceNow: sessions.device,
    device: async () => deviceLabel(await options.device, await sessions.device()),
    resultCounts: () => results?.counts(),
    async freeMemory(isWithResults) {
      // An active run continues with the cache it started with.
      if (isWithResults) cache = createCache(cacheBytes, kept);
      await sessions.unloadIdle();
    },
    flush: async () => results?.flush(),
    async close() {
      await results?.flush();
      await sessions.close();
    },
  };
}

/**
 * Images count by their content, checkpoints by their identity and by the device: devices differ in the last digits, so
 * each has its own results.
 *
 * @param arithmetic requested for checkpoints only, since a device may still be tested; see {@link arithmeticOf}
 */
export function createFingerprintEnvironment(
  images: Pick<NamedImages, 'identify'>,
  checkpoints: Pick<LocalCheckpointService, 'identify' | 'missingOutputs'>,
  arithmetic: () => Promise<string> = async () => 'cpu',
): FingerprintEnvironment {
  return {
    hash: sha256,
    identify: async (param, value) =>
      param.kind === 'image'
        ? images.identify(value)
        : identityOn(await arithmetic(), await checkpoints.identify(value, param.model)),
    missingOutputs: async (param, value) =>
      param.kind === 'image' || param.model !== undefined ? {} : checkpoints.missingOutputs(value),
  };
}

const NEVER_CANCELLED: CancelSignal = { aborted: false, throwIfAborted() {} };

// A single run evaluates each node once; results would only take memory until the process ends.
const NO_CACHE: OutputCache = { get: () => undefined, set: () => {} };

function createCache(maxBytes: number, kept: KeptResults | undefined): OutputCache {
  const memory = maxBytes > 0 ? createOutputCache({ maxBytes }) : NO_CACHE;
  return kept === undefined ? memory : cacheOver(kept, memory);
}

function announcing(inference: InferenceService, onNativeCall: EngineOptions['onNativeCall']): InferenceService {
  if (onNativeCall === undefined) return inference;
  return {
    ...inference,
    async run(model, feeds) {
      await onNativeCall(true, model.key);
      try {
        return await inference.run(model, feeds);
      } finally {
        void onNativeCall(false, model.key);
      }
    },
  };
}

function withoutRunning(inference: InferenceService): InferenceService {
  return {
    ...inference,
    async run(): Promise<never> {
      throw new Error('No model is run for this.');
    },
  };
}

/** In parallel: one after the other, results on other machines would cost a round trip per node. */
async function lookUpResults({ kept, get }: OutputCache, { nodes, fingerprints }: RunnablePlan): Promise<void> {
  if (kept?.lookUp === undefined) return;
  const unknown = nodes.flatMap(({ definition }, place) => {
    const fingerprint = fingerprints[place] ?? '';
    return definition.sideEffects || get(fingerprint) !== undefined ? [] : [{ fingerprint, definition }];
  });
  await kept.lookUp(unknown);
}

function findUnknown(cache: OutputCache, { nodes, fingerprints, targets }: RunnablePlan): ReadonlySet<number> {
  const unknown = new Set<number>();
  const toVisit = [...targets];
  for (let index = toVisit.pop(); index !== undefined; index = toVisit.pop()) {
    const node = nodes[index];
    if (node === undefined || unknown.has(index)) continue;
    const { definition } = node;
    const fingerprint = fingerprints[index] ?? '';
    const isKnown = cache.get(fingerprint) !== undefined || cache.kept?.has(fingerprint, definition) === true;
    if (!definition.sideEffects && isKnown) continue;
    unknown.add(index);
    for (const { source } of node.inputs) toVisit.push(source);
  }
  return unknown;
}
