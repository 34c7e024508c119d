import { expect, onTestFinished, test } from 'vitest';
import { runKillLoop } from '../support/kill-loop.js';
import { runQueueKillLoop } from '../support/queue-kill-loop.js';
import { startTestRedis, WHY_NO_REDIS } from '../support/redis-server.js';
import { tempFolder } from '../support/temp-folder.js';
import { testSeed } from '../support/test-seed.js';

const ROUNDS = 30;

test('no kill -9 of server or worker breaks a promise about a run, thirty times over', async () => {
  const report = await runKillLoop({ folder: tempFolder(), rounds: ROUNDS, seed: testSeed() });

  expect(report.acknowledged).toBeGreaterThan(ROUNDS);
  expect(report.succeeded + report.cancelled + report.quarantined).toBeGreaterThanOrEqual(report.acknowledged);
});

test.skipIf(WHY_NO_REDIS !== undefined)(
  'whatever is killed, frozen or cut off, every guarantee about runs of a shared queue holds, thirty times over',
  async () => {
    const redis = await startTestRedis({ folder: tempFolder() });
    onTestFinished(redis.end);

    const report = await runQueueKillLoop({ folder: tempFolder(), redis, rounds: ROUNDS, seed: testSeed() });

    expect(report.succeeded + report.cancelled + report.quarantined).toBe(report.acknowledged);
  },
);
