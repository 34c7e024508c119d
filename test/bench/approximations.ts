import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '@unclip-studio/graph-core';
import { runWorkflow } from '@unclip-studio/server';
import { median, rounded, timeMs } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';

// npm run bench -- approximations [--json]
//
// What may be had faster and not exact, on the bundled model: guidance on the first part of the steps only (`changeAt` with
// `laterGuidanceScale` 1), and the UNet's deep layers at every n-th step only (`deepEvery`). What each saves in time, and how
// far the images are from the exact ones, in levels of 255 and as the signal-to-noise ratio (PSNR); for comparison, how far two
// exact images of neighbouring seeds are apart. With --errors the time is not measured.
const STEPS = 20;
const ROUNDS = process.argv.includes('--errors') ? 0 : 5;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const WORKFLOW = JSON.parse(readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8')) as Workflow;

type Settings = Readonly<Record<string, number>>;
const draw = async (seed: number, changes: Settings) => {
  const settings = { 'noise.seed': seed, 'sample.steps': STEPS, 'sample.count': 1 };
  const { save } = await runWorkflow(WORKFLOW, { ...settings, ...changes });
  return save?.[0]?.data ?? new Uint8Array();
};

const guidanceUntil = (share: number) => ({
  'sample.changeAt': Math.round(share * STEPS),
  'sample.laterGuidanceScale': 1,
});
const MODES: readonly (readonly [string, Settings])[] = [
  ['guidance on 75 %', guidanceUntil(0.75)],
  ['guidance on 50 %', guidanceUntil(0.5)],
  ['guidance on 25 %', guidanceUntil(0.25)],
  ['deep layers every 2nd', { 'sample.deepEvery': 2 }],
  ['deep layers every 3rd', { 'sample.deepEvery': 3 }],
  ['deep layers every 5th', { 'sample.deepEvery': 5 }],
  ['both: 75 %, every 2nd', { ...guidanceUntil(0.75), 'sample.deepEvery': 2 }],
  ['both: 50 %, every 2nd', { ...guidanceUntil(0.5), 'sample.deepEvery': 2 }],
];

await draw(1, {});
const exact = new Map<number, Uint8Array>();
for (const seed of [...SEEDS, SEEDS.length + 1]) exact.set(seed, await draw(seed, {}));
const apart = SEEDS.map((seed) => meanDifference(exactOf(seed), exactOf(seed + 1)));
const figures = [];
for (const [mode, changes] of MODES) {
  const [errors, ratiosDb]: [number[], number[]] = [[], []];
  for (const seed of SEEDS) {
    const image = await draw(seed, changes);
    errors.push(meanDifference(exactOf(seed), image));
    ratiosDb.push(signalToNoiseDb(exactOf(seed), image));
  }
  const [exactMs, modeMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    exactMs.push(await timeMs(() => draw(round, {})));
    modeMs.push(await timeMs(() => draw(round, changes)));
  }
  figures.push({
    mode,
    ...(ROUNDS > 0 && { timeRatio: rounded(median(modeMs) / median(exactMs)) }),
    meanLevels: rounded(median(errors), 1),
    worstLevels: rounded(Math.max(...errors), 1),
    medianDb: rounded(median(ratiosDb), 1),
    leastDb: rounded(Math.min(...ratiosDb), 1),
  });
}
if (!process.argv.includes('--json')) console.table(figures);
console.log(JSON.stringify({ approximations: figures, otherSeedLevels: rounded(median(apart), 1) }));

function exactOf(seed: number): Uint8Array {
  return exact.get(seed) ?? new Uint8Array();
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, level, i) => sum + Math.abs(level - (b[i] ?? 0)), 0) / a.length;
}

/** The peak signal-to-noise ratio: 30 dB is a deviation of 8 levels of 255. */
function signalToNoiseDb(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, level, i) => sum + (level - (b[i] ?? 0)) ** 2, 0);
  return 10 * Math.log10((255 * 255) / (squares / a.length));
}
