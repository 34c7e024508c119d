import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GoldenSet } from './golden-set.js';
import { runSet } from './run-set.js';

const repoRoot = resolve(import.meta.dirname, '../..');
const subset = resolve(repoRoot, 'test/golden');
const full = resolve(repoRoot, '../shared/goldens');

describe('golden numbers of diffusers 0.42.1, transformers 5.23.0, torch 2.13.0 and Pillow 13.0', () => {
  test('the subset in the checkout is met in every stage', () => checkSet(subset), 300_000);

  test.skipIf(!existsSync(full))(
    'the full set beside the checkout is met in every stage',
    () => checkSet(full),
    300_000,
  );
});

async function checkSet(folder: string): Promise<void> {
  const reports = await runSet(GoldenSet.open(folder));

  const failures = reports.filter(({ result }) => result.outcome === 'failed');
  const unsupported = reports.flatMap(({ id, result }) =>
    result.outcome === 'unsupported' ? [`${id}: ${result.reason}`] : [],
  );
  expect(failures).toEqual([]);
  expect(unsupported).toEqual([]);
  expect(reports.some(({ result }) => result.outcome === 'passed')).toBe(true);
}
