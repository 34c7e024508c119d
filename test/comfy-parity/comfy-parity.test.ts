import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ComfySet } from './comfy-set.js';
import { runComfySet } from './run-comfy-set.js';

test('each sampler, noise schedule and option gives the numbers of ComfyUI 0.3.64', { timeout: 120_000 }, async () => {
  const set = ComfySet.open(join(import.meta.dirname, '../golden-comfy'));

  const reports = await runComfySet(set);

  expect(reports.filter(({ result }) => result.outcome !== 'passed')).toEqual([]);
  expect(reports).toHaveLength(set.cases.length);
});
