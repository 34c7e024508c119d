import { readFileSync } from 'node:fs';
import { planRun, type Workflow } from '@unclip-studio/graph-core';
import { loadCatalog, partsOfPlan } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const EXAMPLE = JSON.parse(readFileSync(new URL('../../../workflows/sweep.json', import.meta.url), 'utf8')) as Workflow;

/** The example with other nodes in place of its own, or in addition to them. */
function partsWith(nodes: Workflow['nodes'], targets?: readonly string[]): readonly (readonly string[])[] {
  const plan = planRun(
    { ...EXAMPLE, nodes: { ...EXAMPLE.nodes, ...nodes } },
    loadCatalog({ devNodes: false }),
    targets,
  );
  if (!plan.ok) throw new Error(JSON.stringify(plan.diagnostics));
  return partsOfPlan(plan.value);
}

const sweepOver = (x: string, xValues: string, image = 'decode.image') => ({
  type: 'Sweep',
  inputs: { image },
  params: { x, xValues, y: '', yValues: '' },
});

test('each cell of a sweep is a part', () => {
  expect(partsWith({ sweep: sweepOver('sample.seed', '1..3') })).toEqual([['decode@1'], ['decode@2'], ['decode@3']]);
});

test('of a sweep within a sweep the outer cells are the parts', () => {
  const parts = partsWith({
    inner: sweepOver('sample.seed', '1..3'),
    sweep: sweepOver('noise.noiseLevel', '0\n500', 'inner.image'),
  });

  expect(parts).toEqual([['inner@1'], ['inner@2']]);
});

test('many cells are put together to at most 64 parts, none left out and none doubled, neighbours together', () => {
  const parts = partsWith({ sweep: sweepOver('sample.seed', '1..150') });

  expect(parts).toHaveLength(64);
  expect(parts.flat()).toEqual(Array.from({ length: 150 }, (_, i) => `decode@${i + 1}`));
  const sizes = parts.map(({ length }) => length);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
});

test('a workflow without a sweep, one with a single cell, and one whose sweep is not needed have no shards', () => {
  expect(partsWith({ sweep: sweepOver('sample.seed', '5') })).toEqual([]);
  expect(partsWith({}, ['decode'])).toEqual([]);
});
