import {
  type Conditioning,
  imagePrior,
  type Latent,
  noiseAugment,
  openPriorCheckpoint,
  type RgbImage,
  textEncode,
  unetSample,
  vaeDecode,
} from '@unclip-studio/nodes-unclip';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { beforeAll, expect, test } from 'vitest';
import { BUNDLED_MODEL, evaluateNode, openTestCheckpoint } from '../support/evaluate-node.js';
import { type Reading, readPicture } from '../support/read-picture.js';

// Only the prior sees these words; the sampler gets an empty prompt.
const SCENES: readonly (readonly [string, Reading])[] = [
  ['a large red heart on a cyan background', { object: 'red', ground: 'cyan' }],
  ['a large yellow star on a blue background', { object: 'yellow', ground: 'blue' }],
  ['a large green ring on a pink background', { object: 'green', ground: 'pink' }],
  ['a large white circle on a green background', { object: 'white', ground: 'green' }],
  ['a large orange cross on a black background', { object: 'orange', ground: 'black' }],
];
const COUNT = 4;

const readings: { readonly got: Reading; readonly scene: number }[] = [];

beforeAll(async () => {
  const handle = { checkpoint: await openTestCheckpoint() };
  const folder = localCheckpointFolder(BUNDLED_MODEL);
  const prior = { checkpoint: await openPriorCheckpoint('tiny-unclip', folder, { hash: sha256 }) };
  const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: handle });
  for (const [scene, [prompt]] of SCENES.entries()) {
    const imagined = await evaluateNode(imagePrior, { prior, vision: handle }, { prompt, count: COUNT, seed: 7 });
    const { condition, generator } = await evaluateNode(noiseAugment, imagined);
    const inputs = { unet: handle, prompt: conditioning, image: condition, generator };
    const { latent } = await evaluateNode<{ latent: Latent }>(unetSample, inputs, { guidanceScale: 5 });
    const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae: handle, latent });
    for (const picture of image) readings.push({ got: readPicture(picture), scene });
  }
}, 120_000);

/** The share of pictures that show the scene `shift` places further on. */
function share(key: keyof Reading, shift: number): number {
  const hits = readings.filter(({ got, scene }) => got[key] === SCENES[(scene + shift) % SCENES.length]?.[1][key]);
  return hits.length / readings.length;
}

test('pictures drawn through the prior show what its prompt says', () => {
  expect(share('ground', 0)).toBeGreaterThan(0.85);
  expect(share('object', 0)).toBeGreaterThan(0.6);
});

test('they do not show what other prompts say', () => {
  expect(share('ground', 1)).toBeLessThan(0.2);
  expect(share('object', 1)).toBeLessThan(0.2);
});
