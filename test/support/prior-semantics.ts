import {
  type Condition,
  type Conditioning,
  type Generator,
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
import { BUNDLED_MODEL, evaluateNode, openTestCheckpoint } from './evaluate-node.js';
import { type Reading, readPicture } from './read-picture.js';
import type { Kept } from './semantics.js';

// Only the prior sees these words; the sampler gets an empty prompt.
const SCENES: readonly (readonly [string, Reading])[] = [
  ['a large red heart on a cyan background', { object: 'red', ground: 'cyan' }],
  ['a large yellow star on a blue background', { object: 'yellow', ground: 'blue' }],
  ['a large green ring on a pink background', { object: 'green', ground: 'pink' }],
  ['a large white circle on a green background', { object: 'white', ground: 'green' }],
  ['a large orange cross on a black background', { object: 'orange', ground: 'black' }],
];

/** What pictures show that were drawn through the bundled prior. */
export interface PriorSemantics {
  readonly pictures: number;
  /** Of its own prompt. */
  readonly own: Kept;
  /** Of another of the prompts: what would be shown by chance. */
  readonly other: Kept;
}

/** Draws `count` pictures of each prompt, and reads their colours from the pixels. */
export async function measurePrior(count: number): Promise<PriorSemantics> {
  const { text, unet, vae, vision } = await openTestCheckpoint();
  const folder = localCheckpointFolder(BUNDLED_MODEL);
  const prior = { checkpoint: await openPriorCheckpoint('tiny-unclip', folder, { hash: sha256 }) };
  const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text });
  const readings: { readonly got: Reading; readonly scene: number }[] = [];
  for (const [scene, [prompt]] of SCENES.entries()) {
    const imagined = await evaluateNode<object>(imagePrior, { prior, vision }, { prompt, count, seed: 7 });
    const augmented = await evaluateNode<{ condition: Condition; generator: Generator }>(noiseAugment, imagined);
    const { condition, generator } = augmented;
    const inputs = { unet, prompt: conditioning, image: condition, generator };
    const { latent } = await evaluateNode<{ latent: Latent }>(unetSample, inputs, { guidanceScale: 5 });
    const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae, latent });
    for (const picture of image) readings.push({ got: readPicture(picture), scene });
  }
  /** The share of pictures that show the scene `shift` places further on. */
  const share = (key: keyof Reading, shift: number) =>
    readings.filter(({ got, scene }) => got[key] === SCENES[(scene + shift) % SCENES.length]?.[1][key]).length /
    readings.length;
  const shares = (shift: number) => ({ object: share('object', shift), ground: share('ground', shift) });
  return { pictures: readings.length, own: shares(0), other: shares(1) };
}
