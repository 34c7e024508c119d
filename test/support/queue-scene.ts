import { fileURLToPath } from 'node:url';
import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import type { WorkerCheckpoint } from '@unclip-studio/protocol';
import { blobsFolderOf, type WorkerConfig } from '@unclip-studio/server';
import type { RunningWorker } from '@unclip-studio/server/queue';
import { onTestFinished } from 'vitest';
import { startTestWorker } from './queue-rig.js';
import { startTestRedis } from './redis-server.js';
import { type RunServiceRig, runServiceRig, waitUntil } from './run-service-rig.js';
import { smallModels } from './small-models.js';
import { tempFolder } from './temp-folder.js';

const IMAGES = fileURLToPath(new URL('../../workflows/images', import.meta.url));

export interface WorkerOptions {
  readonly checkpoints?: readonly (string | WorkerCheckpoint)[];
  readonly modelFolders?: readonly string[];
  /** Of kept results; without, the worker keeps none. */
  readonly results?: WorkerConfig['results'];
  readonly resultsId?: string;
  /** Where pictures and results lie for all workers; the server's data folder when left out. */
  readonly store?: WorkerConfig['store'];
}

/** A server, and its workers in the order of their options. */
export interface QueueScene {
  readonly rig: RunServiceRig;
  readonly ids: readonly string[];
  readonly workers: readonly RunningWorker[];
  /** Ends the server and starts it anew on the same data, while the workers go on. */
  restart(): Promise<RunServiceRig>;
}

/** A server with as many workers as there are options for. */
export async function scene(options: readonly WorkerOptions[]): Promise<QueueScene> {
  const folder = tempFolder();
  const redis = await startTestRedis({ folder });
  onTestFinished(redis.end);
  const start = async () => {
    const rig = await runServiceRig(folder, { redis, remoteWorkers: 0 });
    onTestFinished(rig.close);
    return rig;
  };
  const rig = await start();
  const workers: RunningWorker[] = [];
  for (const one of options) workers.push(await addWorker(rig, { redis, folder, options: one }));
  return {
    ...{ rig, workers },
    ids: workers.map(({ id }) => id),
    async restart() {
      await rig.close();
      return start();
    },
  };
}

interface AddWorker {
  readonly redis: { readonly url: string };
  readonly folder: string;
  readonly options: WorkerOptions;
}

export async function addWorker(rig: RunServiceRig, { redis, folder, options }: AddWorker): Promise<RunningWorker> {
  const { checkpoints = [], modelFolders = [], results, resultsId, store } = options;
  const config = {
    blobsFolder: blobsFolderOf(folder),
    modelFolders,
    imageFolders: [IMAGES],
    cacheBytes: 100e6,
    devNodes: true,
    ...(results && { results }),
    ...(store && { store }),
  };
  const worker = startTestWorker(
    redis,
    { config },
    {
      listCheckpoints: async () => checkpoints.map((one) => (typeof one === 'string' ? { name: one } : one)),
      ...(resultsId === undefined ? {} : { resultsId }),
    },
  );
  onTestFinished(() => worker.close());
  await waitUntil(() => rig.service.workers().some(({ id, phase }) => id === worker.id && phase === 'idle'), 20_000);
  return worker;
}

/** For workers that hold the bundled checkpoint, a small one by its name, and keep their results in one folder. */
export function sharingIn(folder: string): WorkerOptions {
  return {
    modelFolders: [smallModels()],
    checkpoints: [BUNDLED_CHECKPOINT],
    results: { folder, maxBytes: 1e9, minFreeBytes: 0 },
    resultsId: 'shared',
  };
}
