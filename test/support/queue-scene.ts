import { fileURLToPath } from 'node:url';
import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import type { WorkerCheckpoint } from '@unclip-studio/protocol';
import { blobsFolderOf, type WorkerConfig } from '@unclip-studio/server';
import type { RunningWorker } from '@unclip-studio/server/queue';
import { afterAll, onTestFinished } from 'vitest';
import { startTestWorker } from './queue-rig.js';
import { startTestRedis } from './redis-server.js';
import { fromNowOn, type RunServiceRig, runServiceRig, waitUntil } from './run-service-rig.js';
import { smallModels } from './small-models.js';
import { fileFolder, tempFolder } from './temp-folder.js';

const IMAGES = fileURLToPath(new URL('../../workflows/images', import.meta.url));

export interface WorkerOptions {
  readonly checkpoints?: readonly (string | WorkerCheckpoint)[];
  readonly modelFolders?: readonly string[];
  /** Of kept results; without, the worker keeps none. */
  readonly results?: WorkerConfig['results'];
  readonly resultsId?: string;
  /** Where images and results lie for all workers; the server's data folder when left out. */
  readonly store?: WorkerConfig['store'];
}

/** A server, and its workers in the order of their options. */
export interface QueueScene {
  readonly rig: RunServiceRig;
  readonly ids: readonly string[];
  readonly workers: readonly RunningWorker[];
  /** Restarts the server on the same data, while the workers continue. */
  restart(): Promise<RunServiceRig>;
}

interface SceneSettings {
  readonly folder?: string;
  /** Takes what ends each part of it. */
  readonly atEnd?: (end: () => Promise<void>) => void;
}

/** A server with as many workers as there are options for; the running test's own unless the settings say otherwise. */
export async function scene(
  options: readonly WorkerOptions[],
  { folder = tempFolder(), atEnd = onTestFinished }: SceneSettings = {},
): Promise<QueueScene> {
  const redis = await startTestRedis({ folder });
  atEnd(redis.end);
  const start = async () => {
    const rig = await runServiceRig(folder, { redis, remoteWorkers: 0 });
    atEnd(rig.close);
    return rig;
  };
  const rig = await start();
  const workers: RunningWorker[] = [];
  for (const one of options) workers.push(await addWorker(rig, { redis, folder, options: one, atEnd }));
  return {
    ...{ rig, workers },
    ids: workers.map(({ id }) => id),
    async restart() {
      await rig.close();
      return start();
    },
  };
}

/**
 * One scene for the tests of a file, of which none ends a worker or the server. To be called at the top of the file. When a
 * test is over, its runs are cancelled; results stay kept, so each is to draw with a seed of its own.
 *
 * @returns the scene as the running test sees it, with the events since it asked; started by the first that asks
 */
export function sharedScene(options: readonly WorkerOptions[]): () => Promise<Omit<QueueScene, 'restart'>> {
  let started: Promise<QueueScene> | undefined;
  const folder = fileFolder();
  const ends: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });
  return async () => {
    started ??= scene(options, { folder, atEnd: (end) => ends.push(end) });
    const { rig, ids, workers } = await started;
    onTestFinished(async () => {
      rig.service.cancelAll();
      await waitUntil(() => rig.service.workers().every(({ phase }) => phase === 'idle'), 20_000);
    });
    return { rig: fromNowOn(rig), ids, workers };
  };
}

interface AddWorker {
  readonly redis: { readonly url: string };
  readonly folder: string;
  readonly options: WorkerOptions;
  readonly atEnd?: SceneSettings['atEnd'];
}

export async function addWorker(
  rig: RunServiceRig,
  { redis, folder, options, atEnd = onTestFinished }: AddWorker,
): Promise<RunningWorker> {
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
  atEnd(() => worker.close());
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
