import { expect } from 'vitest';
import { runSoak } from './soak.js';
import { tempFolder } from './temp-folder.js';

/** Runs in five equal parts, and expects that after the first nothing more is held by server and worker. */
export async function expectNothingHeld(runs: number): Promise<void> {
  const samples = await runSoak({ folder: tempFolder(), runs, every: runs / 5 });

  const [settled, ...later] = samples;
  expect(later).toHaveLength(4);
  for (const sample of later) {
    expect(sample).toMatchObject({
      listeners: settled?.listeners,
      workerOpenFiles: settled?.workerOpenFiles,
      temporaryFiles: 0,
    });
    // A connection kept alive, or the image in progress, may come or go; a leak of one per run would be far more.
    expect(Math.abs(sample.openFiles - (settled?.openFiles ?? 0))).toBeLessThan(5);
    expect(Math.abs(sample.resources - (settled?.resources ?? 0))).toBeLessThan(5);
  }
}
