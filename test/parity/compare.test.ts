import { expect, test } from 'vitest';
import { CaseChecks, compareNumbers, expectRefusal, toLevelTolerance, toTolerance } from './compare.js';
import type { GoldenCase, GoldenSet } from './golden-set.js';
import { describeReport } from './report.js';

const TIGHT = { atol: 1e-6, rtol: 0 };

test('a number outside the tolerance is found, with its place', () => {
  const { worstError, detail } = compareNumbers([1, 2.5, 3], [1, 2, 3], TIGHT);

  expect(worstError).toBe(0.5);
  expect(detail).toBe('1 of 3 values outside, worst error 0.5; first at 1: expected 2, got 2.5');
});

test('a NaN passes only where a NaN is expected', () => {
  expect(compareNumbers([Number.NaN], [Number.NaN], TIGHT).detail).toBe(null);
  expect(compareNumbers([Number.NaN], [1], TIGHT).detail).not.toBe(null);
  expect(compareNumbers([1], [Number.NaN], TIGHT).detail).not.toBe(null);
});

test('exact distinguishes zero and negative zero', () => {
  expect(compareNumbers([0], [-0], 'exact').detail).not.toBe(null);
});

test('lists of different lengths never match', () => {
  expect(compareNumbers([1, 2], [1], TIGHT).detail).toBe('expected 1 values, got 2');
});

test('one row is accepted for n only if the expected rows are equal to it', () => {
  const goldenCase = { outputs: { row: {} }, tolerance: 'exact' } as unknown as GoldenCase;
  const resultFor = (expected: readonly number[]) => {
    const set = { output: () => ({ dims: [2, 2], data: expected }) } as unknown as GoldenSet;
    return new CaseChecks(goldenCase, set).output('row', [1, 2], { dims: [1, 2] }).result().outcome;
  };

  expect(resultFor([1, 2, 1, 2])).toBe('passed');
  expect(resultFor([1, 2, 1, 3])).toBe('failed');
});

test('tolerances are read from numbers and from words', () => {
  expect(toTolerance({ atol: 1e-5, rtol: 2e-5, note: 'why' })).toEqual({ atol: 1e-5, rtol: 2e-5 });
  expect(toTolerance('exact with the AVX2 polynomials')).toBe('exact');
  expect(toLevelTolerance('at most 1 level, on at most 0.1 % of the values')).toEqual({ levels: 1, share: 0.001 });
  expect(() => toTolerance('roughly')).toThrow('the tolerance "roughly" is not known here');
});

test('a bug in our own code is not a refusal', async () => {
  const goldenCase = { error: 'ValueError: no' } as unknown as GoldenCase;

  const refused = await expectRefusal(goldenCase, () => {
    throw new RangeError('out of range');
  });
  const slipped = await expectRefusal(goldenCase, () => {
    throw new TypeError('x is undefined');
  });
  const accepted = await expectRefusal(goldenCase, () => 1);

  expect([refused.outcome, slipped.outcome, accepted.outcome]).toEqual(['passed', 'failed', 'failed']);
});

test('a report ends with the totals and lists each failure', () => {
  const lines = describeReport([
    { id: 'a/1', stage: 'a', result: { outcome: 'passed', worstError: 0, tolerance: 'exact' } },
    { id: 'a/2', stage: 'a', result: { outcome: 'failed', worstError: 1, tolerance: 'exact', details: ['off'] } },
    { id: 'b/1', stage: 'b', result: { outcome: 'unsupported', reason: 'no such stage here' } },
    { id: 'b/2', stage: 'b', result: { outcome: 'skipped', reason: 'compressed' } },
  ]);

  expect(lines).toEqual([
    'a: 2 cases, 1 passed, 1 failed, 0 unsupported, worst error 1.00e+0 (tolerance: exact)',
    'b: 2 cases, 0 passed, 0 failed, 1 unsupported',
    '    unsupported, 1: no such stage here',
    '    optional, skipped, 1: compressed',
    'FAILED a/2',
    '    off',
    '1 optional skipped',
    '1 passed, 1 failed, 1 unsupported',
  ]);
});
