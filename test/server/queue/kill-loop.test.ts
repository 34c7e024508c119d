import { expect, onTestFinished, test } from 'vitest';
import { runQueueKillLoop } from '../../support/queue-kill-loop.js';
import { startTestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { tempFolder } from '../../support/temp-folder.js';

test.skipIf(WHY_NO_REDIS !== undefined)(
  'whatever is killed, frozen or cut off, no promise about a run is broken',
  { timeout: 240_000 },
  async () => {
    const folder = tempFolder();
    const redis = await startTestRedis({ folder: tempFolder() });
    onTestFinished(redis.end);
    const rounds = Number(process.env['QUEUE_KILL_ROUNDS'] ?? 4);
    const seed = Number(process.env['QUEUE_KILL_SEED'] ?? Date.now() % 1e9);

    const report = await runQueueKillLoop({ folder, redis, rounds, seed });

    expect(report.succeeded + report.cancelled + report.quarantined).toBe(report.acknowledged);
  },
);
