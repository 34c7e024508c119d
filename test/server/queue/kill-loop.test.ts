import { expect, onTestFinished, test } from 'vitest';
import { runQueueKillLoop } from '../../support/queue-kill-loop.js';
import { startTestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { tempFolder } from '../../support/temp-folder.js';
import { testSeed } from '../../support/test-seed.js';

test.skipIf(WHY_NO_REDIS !== undefined)(
  'whatever is killed, frozen or cut off, every guarantee about runs holds',
  { timeout: 240_000 },
  async () => {
    const redis = await startTestRedis({ folder: tempFolder() });
    onTestFinished(redis.end);

    const report = await runQueueKillLoop({ folder: tempFolder(), redis, rounds: 2, seed: testSeed() });

    expect(report.succeeded + report.cancelled + report.quarantined).toBe(report.acknowledged);
  },
);
