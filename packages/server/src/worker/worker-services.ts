import { setTimeout as wait } from 'node:timers/promises';
import { asSaved, type Catalog, formatWorkflow } from '@unclip-studio/graph-core';
import type { UnclipNode } from '@unclip-studio/nodes-unclip';
import type { Reason, ResultStoreCounts, RunOrder } from '@unclip-studio/protocol';
import { loadCatalog } from '../engine/catalog.js';
import { createEngine, type Engine, type EngineOptions, type NamedImages } from '../engine/engine.js';
import { createPreparedRuns, type PreparedRuns } from '../engine/prepared-runs.js';
import { createStoredImages } from '../engine/stored-images.js';
import { createStoredOutputs, type StoredOutputs } from '../engine/stored-outputs.js';
import type { Plugins } from '../plugins/load-plugins.js';
import { createSignMade } from '../services/c2pa/sign-made.js';
import { chooseDevice } from '../services/devices/choose-device.js';
import { CPU, type Device } from '../services/devices/device.js';
import { readInjectedFailure } from '../services/injected-failure.js';
import { createResultStore, type ResultStore } from '../services/results/result-store.js';
import { createSharedResults } from '../services/results/shared-results.js';
import { type BlobStore, blobStoreOver, createBlobStore } from '../store/blob-store.js';
import { openBytes } from '../store/bytes/open-bytes.js';
import { inStore } from '../store/bytes/store-address.js';
import type { WorkerConfig } from './messages.js';

/** Images that a run names, and where it stores its own. */
export interface RunFiles {
  readonly images: NamedImages;
  readonly outputs: StoredOutputs;
}

export interface RunFilesOptions {
  /** Images are encoded and not kept. */
  readonly keepNothing?: boolean;
}

/** What all runs of a worker share. */
export interface WorkerServices {
  readonly catalog: Catalog<UnclipNode>;
  readonly engine: Engine;
  readonly runs: PreparedRuns<UnclipNode>;
  /** Runs that begin from now on have the nodes of these. */
  usePlugins(plugins: PluginNodes): void;
  /** @param images name of an uploaded image -> its sha256 */
  imagesOf(images: RunOrder['pictures']): NamedImages;
  filesOf(order: RunOrder, options?: RunFilesOptions): RunFiles;
  /** Waits a moment until other machines can find results made here, if there are any. */
  shareResults(): Promise<void>;
  /** Resolves when all results are on disk, with the cache statistics since the last call. */
  takeResultCounts(): Promise<ResultStoreCounts | undefined>;
}

export interface WorkerListeners extends Required<Pick<EngineOptions, 'onNativeCall' | 'learnPreview'>> {
  /** Called with a message for the user when a device fails or memory runs out. */
  onNotice(words: string, because: Reason): void;
  /** Called with the device of models, once it is known. */
  onDevice(device: Device): void;
  /** Ends this process, since only another one can use the device again. */
  onDeviceLost(words: string): Promise<never>;
}

type PluginNodes = Pick<Plugins, 'nodes' | 'packages'>;

/** @param plugins whose nodes are available in addition to those of this program */
export function createWorkerServices(
  config: WorkerConfig,
  listeners: WorkerListeners,
  plugins: PluginNodes = { nodes: [], packages: [] },
): WorkerServices {
  const { modelFolders, machineCacheFolder, memoryBudgetBytes, pickles, cacheBytes, injectedFailure } = config;
  const blobs = openBlobs(config);
  // Not waited for: a worker takes its first run while a device is still being tested.
  const device = chooseWorkerDevice(config);
  void device.then(listeners.onDevice);
  const results = openResults(config);
  const catalogWith = ({ nodes: pluginNodes, packages }: PluginNodes) =>
    loadCatalog({ devNodes: config.devNodes, pluginNodes, packages });
  let catalog = catalogWith(plugins);
  const engine = createEngine({
    ...{ modelFolders, machineCacheFolder, pickles, device, cacheBytes, learnPreview: listeners.learnPreview },
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
    ...(results && { results }),
    onNotice: listeners.onNotice,
    onNativeCall: listeners.onNativeCall,
    onDeviceLost: listeners.onDeviceLost,
    // The CPU, which replaces a failed device, does not fail.
    failureOf:
      injectedFailure === undefined || config.device === 'cpu' ? undefined : readInjectedFailure(injectedFailure),
  });
  const runs = createPreparedRuns(() => catalog);
  const { imageFolders: folders, maxImagePixels: maxPixels, c2pa } = config;
  const imagesOf = (images: RunOrder['pictures']) => createStoredImages({ images, blobs, folders, maxPixels });
  return {
    ...{ engine, runs },
    get catalog() {
      return catalog;
    },
    usePlugins(now) {
      catalog = catalogWith(now);
    },
    imagesOf,
    filesOf(order, { keepNothing = false } = {}) {
      let text: string | undefined;
      const images = imagesOf(order.pictures);
      const nodeTypes = catalog.types;
      return {
        images,
        outputs: createStoredOutputs({
          nodeTypes,
          sign: c2pa && createSignMade({ c2pa, readInput: (name) => images.read(name), nodeTypes }),
          blobs: keepNothing ? { put: async () => '' } : blobs,
          workflowText() {
            text ??= formatWorkflow(asSaved(runs.toWorkflow(order), catalog));
            return text;
          },
          device: engine.device,
        }),
      };
    },
    shareResults: async () => {
      if (config.store === undefined || results === undefined) return;
      await Promise.race([results.flush(), wait(SHARE_RESULTS_MS, undefined, { ref: false })]);
    },
    takeResultCounts: createCountTaker(engine),
  };
}

// Images are worth waiting for: recomputing them costs more than a short network outage.
const OUTPUT_PATIENCE_MS = 60_000;
const SHARE_RESULTS_MS = 2_000;

function openBlobs({ store, blobsFolder }: WorkerConfig): BlobStore {
  if (store === undefined) return createBlobStore(blobsFolder);
  return blobStoreOver(openBytes(inStore(store, 'blobs'), { patienceMs: OUTPUT_PATIENCE_MS }));
}

/** A shared folder is used directly; slow storage is cached in a folder of this machine. */
function openResults({ store, results }: WorkerConfig): ResultStore | undefined {
  const local = results && createResultStore(results);
  if (local === undefined || store?.kind !== 's3') return local;
  return createSharedResults({ local, shared: openBytes(inStore(store, 'results'), { patienceMs: 0 }) });
}

function createCountTaker(engine: Engine): WorkerServices['takeResultCounts'] {
  let taken: ResultStoreCounts = { read: 0, written: 0, damaged: 0, dropped: 0 };
  return async () => {
    await engine.flush();
    const [before, now] = [taken, engine.resultCounts()];
    if (now === undefined) return undefined;
    taken = now;
    return {
      ...now,
      read: now.read - before.read,
      written: now.written - before.written,
      damaged: now.damaged - before.damaged,
      dropped: now.dropped - before.dropped,
    };
  };
}

/** A device that worked when the server was started and no longer does is replaced by the CPU. */
async function chooseWorkerDevice({ device = 'cpu', machineCacheFolder }: WorkerConfig): Promise<Device> {
  if (device === 'cpu') return CPU;
  return chooseDevice(device, { cacheFolder: machineCacheFolder }).catch((error: unknown) => ({
    ...CPU,
    words: `the CPU, since ${device} failed: ${error instanceof Error ? error.message : String(error)}`,
  }));
}
