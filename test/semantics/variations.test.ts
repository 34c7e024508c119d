import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { expect, onTestFinished, test } from 'vitest';
import { ImageJudge, openExample } from '../support/judge-image.js';
import { SCENES } from '../support/semantics.js';
import { expectVariationsKeepMeaning } from '../support/semantics-expectations.js';
import { tempFolder } from '../support/temp-folder.js';
import { variationMaker } from '../support/variations.js';

test('variations show what their input does at noise level 0, and what the prompt says at 1000', () =>
  expectVariationsKeepMeaning(1, 8));

test('the measure recognises the example images, also mirrored', async () => {
  const judge = await ImageJudge.open();
  const images = await Promise.all(SCENES.map(({ concept }) => openExample(concept)));

  expect(await judge.read(images)).toEqual(SCENES);
  expect(await judge.read(images.map(mirrored))).toEqual(SCENES);
});

test('the same seed gives the same bytes, another seed another image', async () => {
  const folder = tempFolder();
  const quick = { 'sample.count': 1, 'sample.steps': 4 };
  const maker = variationMaker(folder);
  onTestFinished(() => maker.close());
  const once = await maker.make({ 'noise.seed': 5, ...quick });
  const other = await maker.make({ 'noise.seed': 6, ...quick });
  // A separate instance: nothing is taken from the first one's cache.
  const second = variationMaker(folder);
  const again = await second.make({ 'noise.seed': 5, ...quick });
  await second.close();

  expect(again).toEqual(once);
  expect(other).not.toEqual(once);
});

function mirrored({ width, height, data }: RgbImage): RgbImage {
  const turned = data.map((_, i) => {
    const [row, x, channel] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
    return data[3 * (row * width + (width - 1 - x)) + channel] ?? 0;
  });
  return { width, height, data: turned };
}
