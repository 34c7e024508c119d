import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { GoldenSet } from './golden-set.js';
import { runSet } from './run-set.js';

// One case of every stage and option; test/long runs the whole sets, if they are next to the checkout.
const SETS = ['golden', 'golden-family'].map((name) => GoldenSet.open(resolve(import.meta.dirname, '..', name)));

// Of diffusers 0.42.1, transformers 5.23.0, torch 2.13.0 and Pillow 13.0.
test.each(SETS)('the golden numbers of the set $name are met', async (set) => {
  const reports = await runSet(set);

  expect(reports.filter(({ result }) => result.outcome !== 'passed')).toEqual([]);
  expect(reports).toHaveLength(set.cases.length);
});
