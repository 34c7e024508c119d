import { QUEUE_TIMES } from '@unclip-studio/server/queue';
import { expect, onTestFinished, test } from 'vitest';
import { expectKeptPromises, sleepThenSave } from '../support/queue-promises.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { runServiceRig, waitUntil } from '../support/run-service-rig.js';
import { tempFolder } from '../support/temp-folder.js';

// With the locks of real networks, 30 s; npm test has the same outages with locks of 3 s.
const LONG_MS = 60_000;
const PATIENCE_MS = 120_000;

test.skipIf(WHY_NO_REDIS !== undefined).for(['killed', 'frozen'] as const)(
  'a Redis that is %s for a minute makes no run happen twice, and all continue',
  async (how) => {
    const redis = await startTestRedis({ folder: tempFolder(), settings: ['--appendonly', 'yes'] });
    onTestFinished(redis.end);
    onTestFinished(redis.thaw);
    const rig = await runServiceRig(tempFolder(), { redis, remoteWorkers: 2, times: QUEUE_TIMES });
    onTestFinished(rig.close);
    const { service } = rig;
    await waitUntil(() => service.status().canTakeWork, PATIENCE_MS);
    const ids = [1, 2, 3].map((seed) => service.enqueue({ workflow: sleepThenSave(seed, { steps: 60 }) }).id);
    await rig.untilEvent((event) => event.type === 'node-progress' && event.step >= 3);

    if (how === 'killed') await redis.kill();
    else redis.freeze();
    await waitUntil(() => !service.status().canTakeWork, PATIENCE_MS);
    await new Promise((resolve) => setTimeout(resolve, LONG_MS));
    if (how === 'killed') await redis.start();
    else redis.thaw();

    await waitUntil(() => service.status().canTakeWork, PATIENCE_MS);
    await expectKeptPromises(rig, ids);
    expect(ids.map((id) => service.read(id).attempts)).toEqual([1, 1, 1]);
  },
);
