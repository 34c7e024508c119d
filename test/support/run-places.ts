import { afterAll, onTestFinished } from 'vitest';
import { startTestRedis, WHY_NO_REDIS } from './redis-server.js';
import { fromNowOn, type RigSettings, type RunServiceRig, runServiceRig, waitUntil } from './run-service-rig.js';
import { fileFolder, tempFolder } from './temp-folder.js';

/** Where runs can be evaluated. What is promised of runs holds for each, so its tests are run with each. */
export const RUN_PLACES = [
  { name: "the server's own worker", isRemote: false, skip: false },
  {
    name: `a worker on BullMQ${WHY_NO_REDIS === undefined ? '' : ` (${WHY_NO_REDIS})`}`,
    isRemote: true,
    skip: WHY_NO_REDIS !== undefined,
  },
];

export type RunPlaceName = (typeof RUN_PLACES)[number];

/**
 * One rig for the tests of a file, since a worker takes a third of a second of processor time to start. To be called at the
 * top of the file or of a group. When a test is over, its runs are cancelled and the queue goes on; runs stay listed and results
 * cached, so tests of those need a rig of their own, and each run of a shared one is to have params that no other test uses.
 *
 * @returns the rig as the running test sees it, with the events since it asked; started by the first that asks
 */
export function sharedRigIn({ isRemote }: RunPlaceName): () => Promise<RunServiceRig> {
  let started: Promise<RunServiceRig> | undefined;
  const folder = fileFolder();
  const ends: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  async function start(): Promise<RunServiceRig> {
    const redis = isRemote ? await startTestRedis({ folder }) : undefined;
    if (redis !== undefined) ends.push(redis.end);
    const rig = await runServiceRig(folder, { ...(redis && { redis }) });
    ends.push(rig.close);
    return rig;
  }

  return async () => {
    started ??= start();
    const rig = await started;
    const isIdle = () => rig.service.status().worker.phase === 'idle';
    await waitUntil(isIdle, 20_000);
    onTestFinished(async () => {
      rig.service.cancelAll();
      rig.service.resume();
      rig.service.watchPreviews(false);
      await waitUntil(isIdle, 20_000);
    });
    return fromNowOn(rig);
  };
}

/** A rig of the running test's own, with a worker that is ready. */
export async function rigIn(
  { isRemote }: RunPlaceName,
  settings: RigSettings = {},
  folder = tempFolder(),
): Promise<RunServiceRig> {
  const redis = isRemote && settings.redis === undefined ? await startTestRedis({ folder: tempFolder() }) : undefined;
  if (redis !== undefined) onTestFinished(redis.end);
  const rig = await runServiceRig(folder, { ...settings, ...(redis && { redis }) });
  onTestFinished(rig.close);
  await waitUntil(() => rig.service.status().worker.phase === 'idle', 20_000);
  return rig;
}
