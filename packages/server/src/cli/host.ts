import { performance } from 'node:perf_hooks';
import type { FingerprintEnvironment, KeptResults } from '@unclip-studio/graph-core';
import type { UnclipServices } from '@unclip-studio/nodes-unclip';
import { arithmeticOf, CPU, type Device, deviceLabel, identityOn } from '../services/devices/device.js';
import type { ImageStore } from '../services/image-store.js';
import { createCheckpointService, type LocalCheckpointService } from '../services/model-files.js';
import { createOrtSessions } from '../services/ort-sessions.js';
import { createOutputStore } from '../services/output-store.js';
import { createKeptResults } from '../services/results/kept-results.js';
import {
  createResultStore,
  type ResultStoreCounts,
  type ResultStoreOptions,
} from '../services/results/result-store.js';
import { createSamplingStates } from '../services/results/stored-sampling-states.js';
import { sha256 } from '../services/sha256.js';

/** Where this run reads and writes. */
export interface HostOptions {
  readonly images: ImageStore;
  /** Folders that hold checkpoints. */
  readonly modelFolders: readonly string[];
  /** Where results go. */
  readonly outFolder: string;
  /** Goes into every result. */
  readonly workflowText: string;
  /** Write each picture's receipt beside it too. */
  readonly receiptFiles?: boolean;
  /** What loaded models may take together; what the machine bears when left out. */
  readonly memoryBudgetBytes?: number;
  /** See `OrtSessionsOptions`. */
  readonly oneShot?: boolean;
  /** What models run on; the CPU when left out. */
  readonly device?: Device;
  /** Told, for the user, when a device fails or memory runs out, and what is done about it. */
  readonly onNotice?: (words: string) => void;
  /** See {@link machineCacheFolder}. */
  readonly machineCacheFolder?: string | undefined;
  /** Where results outlive the process; left out, none do. */
  readonly results?: ResultStoreOptions;
}

/** This machine, as one run on the command line sees it. */
export interface Host {
  readonly services: UnclipServices;
  readonly environment: FingerprintEnvironment;
  readonly kept?: KeptResults;
  /** What models run on, as a receipt has it. */
  device(): Promise<string>;
  /** How the kept results have fared. */
  resultCounts(): ResultStoreCounts | undefined;
  /** Frees the loaded models, once what is to be kept is on disk. */
  close(): Promise<void>;
}

/** Nothing is opened yet: the inference runtime and the image library load with the first node that needs them. */
export function createHost(options: HostOptions): Host {
  const { images, modelFolders, outFolder, workflowText, results, receiptFiles = false } = options;
  const checkpoints = createCheckpointService({ roots: modelFolders, cacheFolder: options.machineCacheFolder });
  const inference = createOrtSessions(options);
  const device = async () => deviceLabel(options.device, await inference.device());
  const outputs = createOutputStore({ folder: outFolder, workflowText, receiptFiles, device });
  const store = results && createResultStore(results);
  return {
    ...(store && { kept: createKeptResults(store, checkpoints) }),
    device,
    resultCounts: () => store?.counts(),
    services: {
      ...{ inference, checkpoints, images, outputs },
      ...(store && {
        samplingStates: createSamplingStates(store, async () => arithmeticOf(await inference.device())),
      }),
    },
    environment: createFingerprintEnvironment(images, checkpoints, arithmeticOf(options.device ?? CPU)),
    async close() {
      await store?.flush();
      await inference.close();
    },
  };
}

/**
 * Pictures count by their content, checkpoints by what their files say of themselves and by what they run on: devices
 * differ in the last digits, so each has results of its own.
 */
export function createFingerprintEnvironment(
  images: Pick<ImageStore, 'identify'>,
  checkpoints: Pick<LocalCheckpointService, 'identify' | 'missingOutputs'>,
  arithmetic = 'cpu',
): FingerprintEnvironment {
  return {
    hash: sha256,
    identify: async ({ kind }, value) =>
      kind === 'image' ? images.identify(value) : identityOn(arithmetic, await checkpoints.identify(value)),
    missingOutputs: async ({ kind }, value) => (kind === 'image' ? {} : checkpoints.missingOutputs(value)),
  };
}

/** Milliseconds on a clock that never runs backwards. */
export function now(): number {
  return performance.now();
}
