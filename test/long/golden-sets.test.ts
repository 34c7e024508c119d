import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { GoldenSet } from '../parity/golden-set.js';
import { runSet } from '../parity/run-set.js';

// The whole sets are too large for the checkout; if they are next to it, all their cases are run.
const FULL_SETS = ['goldens'].map((name) => resolve(import.meta.dirname, '../../../shared', name));

test.each(FULL_SETS.filter((folder) => existsSync(folder)))(
  'every case of the golden set %s is met',
  async (folder) => {
    const reports = await runSet(GoldenSet.open(folder));

    expect(reports.filter(({ result }) => result.outcome !== 'passed')).toEqual([]);
    expect(reports.length).toBeGreaterThan(500);
  },
);

test('the set in the checkout has a case of every stage of the whole sets', () => {
  const stagesOf = (folder: string) => [...new Set(GoldenSet.open(folder).cases.map(({ stage }) => stage))].sort();
  const kept = stagesOf(resolve(import.meta.dirname, '../golden'));

  for (const folder of FULL_SETS.filter((path) => existsSync(path))) expect(kept).toEqual(stagesOf(folder));
});
