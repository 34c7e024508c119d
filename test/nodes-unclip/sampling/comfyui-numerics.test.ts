import {
  planSigmas,
  readComfyUiWeights,
  refuseUnknownSettings,
  seedSequence,
  stableDiffusionSigmas,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

test.each([
  [
    'a (red:1.4) fox',
    [
      ['a ', 1],
      ['red', 1.4],
      [' fox', 1],
    ],
  ],
  // A number counts regardless of its context.
  [
    '(soft (light:0.6):1.2)',
    [
      ['soft ', 1.2],
      ['light', 0.6],
    ],
  ],
  ['((snow))', [['snow', 1.1 * 1.1]]],
  ['\\(painting\\) [dull]', [['(painting) [dull]', 1]]],
  // All from a parenthesis on that is never closed is text, unless it ends with one that closes another.
  [
    'fog, (mist',
    [
      ['fog, ', 1],
      ['(mist', 1],
    ],
  ],
  [
    'fog, (mist (deep:2)',
    [
      ['fog, ', 1],
      ['mist ', 2],
      ['(deep', 2],
    ],
  ],
  ['(a:b)', [['a:b', 1.1]]],
  ['', []],
] as const)('the weights of %j', (prompt, pieces) => {
  expect(readComfyUiWeights(prompt).map(({ text, weight }) => [text, weight])).toEqual(pieces);
});

test('ten thousand parentheses in each other are read', () => {
  const depth = 10_000;

  const pieces = readComfyUiWeights(`${'('.repeat(depth)}x:2${')'.repeat(depth)}`);

  expect(pieces).toMatchObject([{ text: 'x', weight: 2 }]);
});

test.each([
  // numpy 2.4.6: numpy.random.SeedSequence(entropy, spawn_key=..., pool_size=24).generate_state(n)
  ['42', [], [387750627, 2536650517, 4078839648]],
  ['9223372036854775825', ['5', '3'], [1712406165, 2580484626, 2460122370, 2227496594]],
  ['0', ['1099511627777', '41'], [1692246177, 25954882, 3897263844, 416785967]],
])('the seeds that numpy makes of %s and %j', (entropy, spawnKey, words) => {
  const options = { spawnKey: spawnKey.map(BigInt), poolSize: 24, count: words.length };

  expect(seedSequence(BigInt(entropy), options)).toEqual(words);
});

const PLAN = {
  sampler: 'euler',
  noiseSchedule: 'simple',
  steps: 6,
  denoise: 1,
  startAt: 0,
  stopAt: 0,
  leftoverNoise: true,
} as const;

test('partial denoising runs all the steps, of a longer plan', () => {
  const table = stableDiffusionSigmas();

  const whole = planSigmas(table, { ...PLAN, steps: 12 });
  const half = planSigmas(table, { ...PLAN, denoise: 0.5 });

  expect(Array.from(half)).toEqual(Array.from(whole.slice(-7)));
  expect(planSigmas(table, { ...PLAN, denoise: 0 })).toHaveLength(0);
});

test('a sampler that stops early keeps its noise or removes it in its last step, and one that starts late continues from there', () => {
  const table = stableDiffusionSigmas();
  const whole = Array.from(planSigmas(table, PLAN));

  expect(Array.from(planSigmas(table, { ...PLAN, stopAt: 3 }))).toEqual(whole.slice(0, 4));
  expect(Array.from(planSigmas(table, { ...PLAN, stopAt: 3, leftoverNoise: false }))).toEqual([
    ...whole.slice(0, 3),
    0,
  ]);
  expect(Array.from(planSigmas(table, { ...PLAN, startAt: 3 }))).toEqual(whole.slice(3));
  expect(planSigmas(table, { ...PLAN, startAt: 6 })).toHaveLength(0);
});

test('settings that the chosen numerics do not know are refused by name', () => {
  const refuse = (used: Record<string, boolean>) => () => refuseUnknownSettings({ numerics: 'comfyui', used });

  expect(refuse({ eta: true, changeAt: false, sameNoise: true })).toThrow(
    'UNetSample: eta, sameNoise would have no effect with numerics “comfyui”. Set them back, or numerics to “diffusers”.',
  );
  expect(refuse({ eta: false })).not.toThrow();
});
