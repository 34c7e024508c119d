import { expect } from 'vitest';
import { runSoak } from './soak.js';
import { tempFolder } from './temp-folder.js';

/** Runs in five equal parts, and expects that after the first nothing more is held by server and worker. */
export async function expectNothingHeld(runs: number): Promise<void> {
  const samples = await runSoak({ folder: tempFolder(), runs, every: runs / 5 });

  const [settled, ...later] = samples;
  expect(later).toHaveLength(4);
  for (const sample of later) {
    expect(sample).toMatchObject({ listeners: settled?.listeners, temporaryFiles: 0 });
    // A connection kept alive, the image in progress or a result that is being kept may come or go; a leak of one a run
    // would be more than these.
    for (const held of ['openFiles', 'workerOpenFiles', 'resources'] as const) {
      expect(Math.abs(sample[held] - (settled?.[held] ?? 0)), held).toBeLessThan(5);
    }
  }
}
