import { expect, test } from 'vitest';
import { runSoak } from '../support/soak.js';
import { tempFolder } from '../support/temp-folder.js';

test('a hundred runs, cancelled and finished, leave no file open, no listener and no timer behind', async () => {
  const samples = await runSoak({ folder: tempFolder(), runs: 100, every: 20 });

  const [settled, ...later] = samples;
  expect(later).toHaveLength(4);
  for (const sample of later) {
    expect(sample).toMatchObject({
      listeners: settled?.listeners,
      workerOpenFiles: settled?.workerOpenFiles,
      temporaryFiles: 0,
    });
    // A connection kept alive, or the picture under way, may come or go; what leaked once a run would be 20 more.
    expect(Math.abs(sample.openFiles - (settled?.openFiles ?? 0))).toBeLessThan(5);
    expect(Math.abs(sample.resources - (settled?.resources ?? 0))).toBeLessThan(5);
  }
});
