import type { FingerprintEnvironment, KeptResults, RunOutput } from '@unclip-studio/graph-core';
import type { InferenceService, SaveOptions, UnclipServices } from '@unclip-studio/nodes-unclip';
import { decodeImage, encodePng } from '../services/image-codec.js';
import { ImageError } from '../services/image-error.js';
import { createImageStore } from '../services/image-store.js';
import { createCheckpointService } from '../services/model-files.js';
import { createOrtSessions } from '../services/ort-sessions.js';
import { pictureTexts } from '../services/receipts/picture-texts.js';
import { createKeptResults } from '../services/results/kept-results.js';
import { createResultStore } from '../services/results/result-store.js';
import { createSamplingStates } from '../services/results/stored-sampling-states.js';
import { sha256 } from '../services/sha256.js';
import { type BlobStore, createBlobStore } from '../store/blob-store.js';
import { StoreFullError } from '../store/store-errors.js';
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
}

/** What all runs of a worker share: opened checkpoints, loaded models, pictures of the given folders. */
export interface WorkerServices {
  forRun(options: RunHostOptions): RunHost;
  readonly learnedPreviews: LearnedPreviews;
  readonly kept?: KeptResults;
}

/** @param onNativeCall told before native code takes the thread, and after */
export function createWorkerServices(config: WorkerConfig, onNativeCall: (underWay: boolean) => void): WorkerServices {
  const blobs = createBlobStore(config.blobsFolder);
  const checkpoints = createCheckpointService({ roots: config.modelFolders });
  const sessions = createOrtSessions(config);
  const inference = announcing(sessions, onNativeCall);
  const learnedPreviews = createLearnedPreviews();
  const results = config.results && createResultStore(config.results);
  const samplingStates = results && createSamplingStates(results);
  return {
    ...(results && { kept: createKeptResults(results, checkpoints) }),
    learnedPreviews,
    forRun({ pictures, workflowText }) {
      const images = createRunImages({ pictures, blobs, folders: config.imageFolders });
      const { outputs, diskNeededBytes } = createRunOutputs(blobs, workflowText);
      return {
        services: {
          ...{ inference, checkpoints, images, outputs, learnPreview: learnedPreviews.learn },
          ...(samplingStates && { samplingStates }),
        },
        environment: {
          hash: sha256,
          identify: async ({ kind }, value) =>
            kind === 'image' ? images.identify(value) : checkpoints.identify(value),
        },
        diskNeededBytes,
      };
    },
  };
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

interface RunImagesOptions {
  readonly pictures: Readonly<Record<string, string>>;
  readonly blobs: BlobStore;
  readonly folders: readonly string[];
}

/** Pictures by content id, by the name of an upload, or by the name of a file in the given folders, in this order. */
function createRunImages({ pictures, blobs, folders }: RunImagesOptions) {
  // Reads each file once for one run, so that the next run sees a file that was replaced.
  const files = createImageStore(folders);
  const idOf = (name: string) =>
    /^[0-9a-f]{64}$/.test(name) ? name : Object.hasOwn(pictures, name) ? pictures[name] : undefined;
  return {
    async identify(name: string): Promise<string> {
      const id = idOf(name);
      if (id === undefined) return files.identify(name);
      if (!(await blobs.has(id))) throw missingPicture(name);
      return id;
    },
    async load(name: string) {
      const id = idOf(name);
      if (id === undefined) return files.load(name);
      const bytes = await blobs.read(id, { verify: true });
      if (bytes === undefined) throw missingPicture(name);
      return decodeImage(bytes, `Picture "${name}"`);
    },
  };
}

function missingPicture(name: string): ImageError {
  return new ImageError(`Picture "${name}": it is no longer stored. Upload it again.`);
}

function createRunOutputs(blobs: BlobStore, workflowText: () => string) {
  let neededBytes: number | undefined;
  return {
    diskNeededBytes: () => neededBytes,
    outputs: {
      async save(
        picture: Parameters<UnclipServices['outputs']['save']>[0],
        { name, temporary, made }: SaveOptions,
      ): Promise<StoredOutput> {
        const png = await encodePng(picture, pictureTexts(picture, { workflowText: workflowText(), made }));
        const location = await blobs.put(png).catch((error: unknown) => {
          if (error instanceof StoreFullError) neededBytes = error.neededBytes;
          throw error;
        });
        const { width, height } = picture;
        const output = { location, mediaType: 'image/png', widthPx: width, heightPx: height, name };
        return { ...output, sizeBytes: png.byteLength, ...(temporary ? { temporary } : {}) };
      },
    },
  };
}
