import { onTestFinished } from 'vitest';
import { startTestRedis, WHY_NO_REDIS } from './redis-server.js';
import { type RigSettings, type RunServiceRig, runServiceRig, waitUntil } from './run-service-rig.js';
import { tempFolder } from './temp-folder.js';

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
