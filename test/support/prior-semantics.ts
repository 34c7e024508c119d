import { BUNDLED_CHECKPOINT, openPriorCheckpoint, type RgbImage } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  type Generator,
  imagePrior,
  type Latent,
  noiseAugment,
  textEncode,
  unetSample,
  vaeDecode,
} from '@unclip-studio/nodes-unclip/testing';
import { localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { BUNDLED_MODEL, evaluateNode } from './evaluate-node.js';
import { ImageJudge, type Reading } from './judge-image.js';
import type { Kept } from './semantics.js';

// Only the prior sees the prompts; the sampler gets an empty one.
const SCENES: readonly (readonly [string, Reading])[] = [
  ['a strawberry on a white background', { concept: 'strawberry', ground: 'white' }],
  ['a rocket on a purple background', { concept: 'rocket', ground: 'purple' }],
  ['a frog on a pink background', { concept: 'frog', ground: 'pink' }],
  ['a pumpkin on a turquoise background', { concept: 'pumpkin', ground: 'turquoise' }],
  ['a penguin on a yellow background', { concept: 'penguin', ground: 'yellow' }],
];

/** What images show that were drawn through the bundled prior. */
export interface PriorSemantics {
  readonly images: number;
  /** For its own prompt. */
  readonly own: Kept;
  /** Of another of the prompts: what would be shown by chance. */
  readonly other: Kept;
}

/** Draws `count` images of each prompt, and reads what they show. */
export async function measurePrior(count: number, { seed = 7, steps = 20 } = {}): Promise<PriorSemantics> {
  const judge = await ImageJudge.open();
  const { text, unet, vae, vision } = judge.checkpoint;
  const folder = localCheckpointFolder(BUNDLED_MODEL);
  const prior = { checkpoint: await openPriorCheckpoint(BUNDLED_CHECKPOINT, folder, { hash: sha256 }) };
  const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text });
  const readings: { readonly got: Reading; readonly scene: number }[] = [];
  for (const [scene, [prompt]] of SCENES.entries()) {
    const imagined = await evaluateNode<object>(imagePrior, { prior, vision }, { prompt, count, seed: seed + scene });
    const augmented = await evaluateNode<{ condition: Condition; generator: Generator }>(noiseAugment, imagined);
    const { condition, generator } = augmented;
    const inputs = { unet, prompt: conditioning, image: condition, generator };
    const { latent } = await evaluateNode<{ latent: Latent }>(unetSample, inputs, { guidanceScale: 3, steps });
    const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae, latent });
    readings.push(...(await judge.read(image)).map((got) => ({ got, scene })));
  }
  /** The share of images that show the scene `shift` places further on. */
  const share = (key: keyof Reading, shift: number) =>
    readings.filter(({ got, scene }) => got[key] === SCENES[(scene + shift) % SCENES.length]?.[1][key]).length /
    readings.length;
  const shares = (shift: number) => ({ concept: share('concept', shift), ground: share('ground', shift) });
  return { images: readings.length, own: shares(0), other: shares(1) };
}
