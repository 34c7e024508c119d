import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workflow } from '@unclip-studio/graph-core';
import { runWorkflow } from '@unclip-studio/server';
import { median, rounded, timeMs } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';

// npm run bench -- approximations [--json]
//
// Faster approximations, on the bundled model: guidance on the first part of the steps only (`changeAt` with
// `laterGuidanceScale` 1), and the UNet's deep layers only every n-th step (`deepEvery`). The time each saves, and how
// far the images are from the exact ones; for comparison, how far two exact images with consecutive seeds differ.
const STEPS = 20;
const ROUNDS = 5;
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
  ['both: 50 %, every 2nd', { ...guidanceUntil(0.5), 'sample.deepEvery': 2 }],
];

await draw(1, {});
const exact = new Map<number, Uint8Array>();
for (const seed of [...SEEDS, SEEDS.length + 1]) exact.set(seed, await draw(seed, {}));
const apart = SEEDS.map((seed) => meanDifference(exactOf(seed), exactOf(seed + 1)));
const figures = [];
for (const [mode, changes] of MODES) {
  const errors: number[] = [];
  for (const seed of SEEDS) errors.push(meanDifference(exactOf(seed), await draw(seed, changes)));
  const [exactMs, modeMs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    exactMs.push(await timeMs(() => draw(round, {})));
    modeMs.push(await timeMs(() => draw(round, changes)));
  }
  figures.push({
    mode,
    timeRatio: rounded(median(modeMs) / median(exactMs)),
    meanLevels: rounded(median(errors), 1),
    worstLevels: rounded(Math.max(...errors), 1),
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
