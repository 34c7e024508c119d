import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@unclip-studio/graph-core';
import { decodeImage } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const WORKFLOW = join(REPOSITORY, 'workflows/image-variations.json');
const TWO_PASSES = join(REPOSITORY, 'workflows/two-pass.json');
const CHANGE = ['--from-step', '6', '--set', 'noise.noiseLevel=600', '--set', 'prompt.prompt=a green star'];

/** Steps that were run, according to the reported progress. */
function stepsOf(lines: string): readonly number[] {
  const events = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  return events.flatMap((event) => (event.type === 'node-progress' && event.node === 'sample' ? [event.step] : []));
}

test('an image is changed from a step on, and what was drawn up to there is not drawn again', async () => {
  const folder = tempFolder();
  const run = (file: string, out: string, ...options: readonly string[]) =>
    unclip(['run', file, '--json', '--out', join(folder, out), '--cache-dir', join(folder, 'cache'), ...options]);
  const plain = await run(WORKFLOW, 'plain', '--set', 'sample.steps=10', '--set', 'sample.count=1');
  const image = join(folder, 'plain/variation-0001.png');

  const changed = await run(image, 'changed', ...CHANGE);
  const anew = await run(image, 'anew', '--no-cache', ...CHANGE);

  expect([plain.code, changed.code, anew.code]).toEqual([0, 0, 0]);
  expect(stepsOf(plain.stdout)[0]).toBe(1);
  expect(stepsOf(changed.stdout)[0]).toBe(7);
  expect(stepsOf(anew.stdout)[0]).toBe(1);
  const pixels = async (out: string) => {
    const path = join(folder, out, 'variation-0001.png');
    return (await decodeImage(readFileSync(path), path)).data;
  };
  expect(await pixels('changed')).toEqual(await pixels('anew'));
  expect(await pixels('changed')).not.toEqual(await pixels('plain'));
});

longTest('of several values the one of before gives the image of before', async () => {
  const folder = tempFolder();
  const settings = ['--set', 'sample.steps=3', '--set', 'sample.count=1'];
  await unclip(['run', WORKFLOW, ...settings, '--out', join(folder, 'plain'), '--no-cache']);
  const image = join(folder, 'plain/variation-0001.png');

  const args = ['--from-step', '1', '--set', 'noise.noiseLevel=0,700', '--out', join(folder, 'later'), '--no-cache'];
  const { code, stderr } = await unclip(['run', image, ...args]);

  expect([code, stderr.includes('2 of 2 runs succeeded.')]).toEqual([0, true]);
  const pixels = async (path: string) => (await decodeImage(readFileSync(path), path)).data;
  const [same, other] = [0, 700].map((level) => join(folder, `later/variation-noiseLevel${level}-0001.png`));
  expect(await pixels(same as string)).toEqual(await pixels(image));
  expect(await pixels(other as string)).not.toEqual(await pixels(image));
});

test.each([
  [
    'no step',
    [WORKFLOW, '--from-step', 'late'],
    '--from-step late: expected a step from 1, or NODE=STEP, as in 12 or sample=12.',
  ],
  [
    'what decides all steps',
    [WORKFLOW, '--from-step', '3', '--set', 'sample.seed=1'],
    '--from-step 3: "seed" of sample also affects earlier steps. What can change during sampling is its guidance: the ' +
      'prompt, the image with its noise level, and guidanceScale.',
  ],
  [
    'nothing that guides',
    [WORKFLOW, '--from-step', '3', '--set', 'save.name=x'],
    '--from-step 3: no setting changes the guidance of the sampling. Also set a prompt, a noise level or the guidance scale, ' +
      'with --set or --input.',
  ],
  [
    'two samplers',
    [TWO_PASSES, '--from-step', '3', '--set', 'prompt.prompt=x'],
    '--from-step 3: the settings change the guidance of first and second. Name one, as in --from-step first=3.',
  ],
])('%s is refused before anything runs', async (_, args, words) => {
  const { code, stdout, stderr } = await unclip(['run', ...args, '--no-cache']);

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toBe(`"${args[0]}" cannot be run:\n- ${words}\n`);
});
