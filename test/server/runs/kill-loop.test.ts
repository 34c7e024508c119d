import { expect, test } from 'vitest';
import { runKillLoop } from '../../support/kill-loop.js';
import { tempFolder } from '../../support/temp-folder.js';
import { testSeed } from '../../support/test-seed.js';

test('no kill -9 of server or worker breaks a promise about a run', { timeout: 120_000 }, async () => {
  // It checks after each round and throws with its seed.
  const report = await runKillLoop({ folder: tempFolder(), rounds: 2, seed: testSeed() });

  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report.succeeded + report.cancelled + report.quarantined).toBeGreaterThanOrEqual(report.acknowledged);
});
