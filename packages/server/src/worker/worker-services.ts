import { setTimeout as wait } from 'node:timers/promises';
import type { FingerprintEnvironment, KeptResults, RunOutput } from '@unclip-studio/graph-core';
import type {
  AnimationOptions,
  InferenceService,
  RgbImage,
  SaveOptions,
  UnclipServices,
} from '@unclip-studio/nodes-unclip';
import { encodeAnimation } from '../services/animation-codec.js';
import { chooseDevice } from '../services/devices/choose-device.js';
import { arithmeticOf, CPU, type Device, deviceLabel, identityOn } from '../services/devices/device.js';
import { type EncodedPicture, encodePicture } from '../services/encode-picture.js';
import { decodeAlpha, decodeImage } from '../services/image-codec.js';
import { ImageError } from '../services/image-error.js';
import { identifyImage } from '../services/image-identity.js';
import { createImageStore } from '../services/image-store.js';
import { createCheckpointService } from '../services/model-files.js';
import { createOrtSessions } from '../services/ort-sessions.js';
import { pictureTexts } from '../services/receipts/picture-texts.js';
import { createKeptResults } from '../services/results/kept-results.js';
import { createResultStore, type ResultStore, type ResultStoreCounts } from '../services/results/result-store.js';
import { createSharedResults } from '../services/results/shared-results.js';
import { createSamplingStates } from '../services/results/stored-sampling-states.js';
import { sha256 } from '../services/sha256.js';
import { type BlobStore, blobStoreOver, createBlobStore } from '../store/blob-store.js';
import { openBytes } from '../store/bytes/open-bytes.js';
import { inStore } from '../store/bytes/store-address.js';
import { StoreDamagedError, StoreFullError } from '../store/store-errors.js';
import { createLearnedPreviews, type LearnedPreviews } from './learned-previews.js';
import type { WorkerConfig } from './messages.js';

/** An output in the blob store; `location` is its sha256. */
export interface StoredOutput extends RunOutput {
  readonly name: string;
  readonly sizeBytes: number;
}

/** The machine as one run sees it. */
export interface RunHost {
  readonly services: UnclipServices;
  readonly environment: FingerprintEnvironment;
  /** Set once a result found no room: how many bytes it needed. */
  readonly diskNeededBytes: () => number | undefined;
}

export interface RunHostOptions {
  /** Name of an uploaded picture -> its sha256. */
  readonly pictures: Readonly<Record<string, string>>;
  /** Goes into every picture that is made. */
  workflowText(): string;
  /** Pictures are encoded and not kept, and no model is run. */
  readonly isRehearsal?: boolean;
}

/** What all runs of a worker share: opened checkpoints, loaded models, pictures of the given folders. */
export interface WorkerServices {
  forRun(options: RunHostOptions): RunHost;
  readonly learnedPreviews: LearnedPreviews;
  readonly kept?: KeptResults;
  /** Waits a moment until other machines find what was made here, where there are any. */
  shareResults(): Promise<void>;
  /** Once everything handed over is on disk: how the kept results have fared since the last call. */
  takeResultCounts(): Promise<ResultStoreCounts | undefined>;
}

export interface WorkerListeners {
  /** Told before native code takes the thread, and after. */
  onNativeCall(underWay: boolean): void;
  /** Told, for the user, when a device fails or memory runs out, and what is done about it. */
  onNotice(words: string): void;
  /** Told what models run on, once that is known. */
  onDevice(device: Device): void;
}

export function createWorkerServices(
  config: WorkerConfig,
  { onNativeCall, onNotice, onDevice }: WorkerListeners,
): WorkerServices {
  const blobs = openBlobs(config);
  const checkpoints = createCheckpointService({ roots: config.modelFolders, cacheFolder: config.machineCacheFolder });
  // Not waited for: a worker takes its first run while a device is still being tested.
  const chosen = chooseWorkerDevice(config);
  void chosen.then(onDevice);
  const sessions = createOrtSessions({ ...config, device: chosen, onNotice });
  const device = async () => deviceLabel(await chosen, await sessions.device());
  const inference = announcing(sessions, onNativeCall);
  const learnedPreviews = createLearnedPreviews();
  const results = openResults(config);
  const samplingStates = results && createSamplingStates(results, async () => arithmeticOf(await sessions.device()));
  return {
    ...(results && { kept: createKeptResults(results, checkpoints) }),
    learnedPreviews,
    shareResults: async () => {
      if (config.store === undefined || results === undefined) return;
      await Promise.race([results.flush(), wait(SHARE_RESULTS_MS, undefined, { ref: false })]);
    },
    takeResultCounts: createCountTaker(results),
    forRun({ pictures, workflowText, isRehearsal = false }) {
      const images = createRunImages({
        ...{ pictures, blobs, folders: config.imageFolders },
        maxPixels: config.maxImagePixels,
      });
      const { outputs, diskNeededBytes } = createRunOutputs(
        isRehearsal ? { put: async () => '' } : blobs,
        workflowText,
        device,
      );
      return {
        services: {
          ...{ checkpoints, images, outputs, learnPreview: learnedPreviews.learn },
          inference: isRehearsal ? { ...inference, run: refuseToRun } : inference,
          ...(samplingStates && { samplingStates }),
        },
        environment: {
          hash: sha256,
          identify: async ({ kind }, value) =>
            kind === 'image'
              ? images.identify(value)
              : identityOn(arithmeticOf(await chosen), await checkpoints.identify(value)),
          missingOutputs: async ({ kind }, value) => (kind === 'image' ? {} : checkpoints.missingOutputs(value)),
        },
        diskNeededBytes,
      };
    },
  };
}

// Pictures are worth a while: making them anew costs more than waiting for a network that is away for a moment.
const OUTPUT_PATIENCE_MS = 60_000;
const SHARE_RESULTS_MS = 2_000;

function openBlobs({ store, blobsFolder }: WorkerConfig): BlobStore {
  if (store === undefined) return createBlobStore(blobsFolder);
  return blobStoreOver(openBytes(inStore(store, 'blobs'), { patienceMs: OUTPUT_PATIENCE_MS }));
}

/** What is shared in a folder is used where it lies; before storage that answers slowly there is a folder of this machine. */
function openResults({ store, results }: WorkerConfig): ResultStore | undefined {
  const local = results && createResultStore(results);
  if (local === undefined || store?.kind !== 's3') return local;
  return createSharedResults({ local, shared: openBytes(inStore(store, 'results'), { patienceMs: 0 }) });
}

function createCountTaker(store: ResultStore | undefined): WorkerServices['takeResultCounts'] {
  let taken: ResultStoreCounts = { read: 0, written: 0, damaged: 0, dropped: 0 };
  return async () => {
    if (store === undefined) return undefined;
    await store.flush();
    const [before, now] = [taken, store.counts()];
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

/** A device that was fit when the server was started and is not any more gives way to the CPU. */
async function chooseWorkerDevice({ device = 'cpu', machineCacheFolder }: WorkerConfig): Promise<Device> {
  if (device === 'cpu') return CPU;
  return chooseDevice(device, { cacheFolder: machineCacheFolder }).catch((error: unknown) => ({
    ...CPU,
    words: `the CPU, since ${device} failed: ${error instanceof Error ? error.message : String(error)}`,
  }));
}

function announcing(inference: InferenceService, onNativeCall: (underWay: boolean) => void): InferenceService {
  return {
    ...inference,
    async run(model, feeds) {
      onNativeCall(true);
      try {
        return await inference.run(model, feeds);
      } finally {
        onNativeCall(false);
      }
    },
  };
}

async function refuseToRun(): Promise<never> {
  throw new Error('No model is run for a rehearsal.');
}

interface RunImagesOptions {
  readonly pictures: Readonly<Record<string, string>>;
  readonly blobs: BlobStore;
  readonly folders: readonly string[];
  readonly maxPixels: number | undefined;
}

// Each is a line of text; a library of tens of thousands of images is a large one.
const MOST_IDENTITIES = 50_000;
const identities = new Map<string, string>();

/** Reads a stored image only the first time: what it stands for never changes. */
async function knownIdentity(id: string, read: () => Promise<Uint8Array>): Promise<string> {
  const known = identities.get(id);
  if (known !== undefined) return known;
  const identity = await identifyImage(await read(), id);
  if (identities.size >= MOST_IDENTITIES) identities.clear();
  identities.set(id, identity);
  return identity;
}

/** Pictures by content id, by the name of an upload, or by the name of a file in the given folders, in this order. */
function createRunImages({ pictures, blobs, folders, maxPixels }: RunImagesOptions) {
  // Reads each file once for one run, so that the next run sees a file that was replaced.
  const files = createImageStore(folders, { maxPixels });
  const idOf = (name: string) =>
    /^[0-9a-f]{64}$/.test(name) ? name : Object.hasOwn(pictures, name) ? pictures[name] : undefined;
  async function readBlob(id: string, name: string): Promise<Uint8Array> {
    const bytes = await blobs.read(id).catch((error: unknown) => {
      throw error instanceof StoreDamagedError ? damagedPicture(name, error) : error;
    });
    if (bytes === undefined) throw missingPicture(name);
    return bytes;
  }
  return {
    async identify(name: string): Promise<string> {
      const id = idOf(name);
      if (id === undefined) return files.identify(name);
      if (!(await blobs.has(id))) throw missingPicture(name);
      return knownIdentity(id, () => readBlob(id, name));
    },
    async load(name: string) {
      const id = idOf(name);
      if (id === undefined) return files.load(name);
      return decodeImage(await readBlob(id, name), `Picture "${name}"`, { maxPixels });
    },
    async loadAlpha(name: string) {
      const id = idOf(name);
      if (id === undefined) return files.loadAlpha(name);
      const bytes = await readBlob(id, name);
      await decodeImage(bytes, `Picture "${name}"`, { maxPixels });
      return decodeAlpha(bytes);
    },
  };
}

function missingPicture(name: string): ImageError {
  return new ImageError(`Picture "${name}": it is no longer stored. Upload it again.`);
}

function damagedPicture(name: string, cause: StoreDamagedError): ImageError {
  return new ImageError(
    `Picture "${name}": its stored file was damaged on the disk, and has been removed. Upload it again.`,
    { cause },
  );
}

type Size = Pick<RgbImage, 'width' | 'height'>;

function createRunOutputs(blobs: Pick<BlobStore, 'put'>, workflowText: () => string, device: () => Promise<string>) {
  let neededBytes: number | undefined;
  async function keep({ bytes, mediaType }: EncodedPicture, name: string, size: Size): Promise<StoredOutput> {
    const location = await blobs.put(bytes).catch((error: unknown) => {
      if (error instanceof StoreFullError) neededBytes = error.neededBytes;
      throw error;
    });
    return {
      ...{ location, mediaType, name },
      widthPx: size.width,
      heightPx: size.height,
      sizeBytes: bytes.byteLength,
    };
  }
  return {
    diskNeededBytes: () => neededBytes,
    outputs: {
      async save(picture: RgbImage, { name, format = 'png', temporary, made }: SaveOptions): Promise<StoredOutput> {
        const text = pictureTexts(picture, { workflowText: workflowText(), made, device: await device() });
        const output = await keep(await encodePicture(picture, { format, text }), name, picture);
        return temporary ? { ...output, temporary } : output;
      },
      async saveAnimation(
        frames: readonly RgbImage[],
        { name, made, ...settings }: AnimationOptions,
      ): Promise<StoredOutput> {
        const on = await device();
        const encoded = await encodeAnimation(frames, settings, (film) =>
          pictureTexts(film, { workflowText: workflowText(), made: made && { ...made, index: 0 }, device: on }),
        );
        return keep(encoded, name, frames[0] as RgbImage); // `encodeAnimation` has seen that it is there.
      },
    },
  };
}
