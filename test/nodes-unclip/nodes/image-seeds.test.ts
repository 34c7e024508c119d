import { type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  type Generator,
  type Latent,
  noiseAugment,
  TorchGenerator,
  unetSample,
  vaeEncode,
} from '@unclip-studio/nodes-unclip/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeTestGuides, evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';

// Lists of generators are compared with diffusers in test/parity, stages txt2img_lists and img2img_lists.

type Sampled = { readonly latent: Latent; readonly generator: Generator };

const checkpoint = await openTestCheckpoint();
const { channels } = checkpoint.unet.latents;
let guides: { readonly prompt: Conditioning; readonly image: Condition };

beforeAll(async () => {
  guides = await encodeTestGuides(checkpoint);
});

const sample = (params: object, inputs: object = {}) =>
  evaluateNode<Sampled>(
    unetSample,
    { unet: checkpoint.unet, ...guides, ...inputs },
    { steps: 3, guidanceScale: 1, width: 64, height: 64, ...params },
  );

function row({ samples: { dims, data } }: Latent, index: number): Float32Array {
  const size = data.length / (dims[0] ?? 1);
  return data.slice(index * size, (index + 1) * size);
}

/** A batch is computed in another order than one image, so that the last digits may differ. */
function expectAlike(a: Float32Array, b: Float32Array): void {
  expect(a).toHaveLength(b.length);
  expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))))).toBeLessThan(1e-4);
}

const noiseOf = (seed: number) => new TorchGenerator(seed).randn(channels * 8 * 8);
const MAX_SEED = '18446744073709551615';

describe('a seed per image', () => {
  test.each(['ddim', 'euler-a', 'lcm'])('image 3 of 4 is what its own seed gives alone, with %s', async (scheduler) => {
    const { latent } = await sample({ scheduler, count: 4, seed: 40, seedPerImage: true });
    const alone = await sample({ scheduler, seed: 42 });

    expectAlike(row(latent, 2), row(alone.latent, 0));
  });

  test('the seed after the largest is 0', async () => {
    const { latent } = await sample({ count: 2, seed: MAX_SEED, seedPerImage: true });

    expectAlike(row(latent, 1), row((await sample({ seed: 0 })).latent, 0));
  });

  test('without it one stream serves all images, as it always did', async () => {
    const [together, alone] = [await sample({ count: 2, seed: 3 }), await sample({ seed: 3 })];
    const split = await sample({ count: 2, seed: 3, seedPerImage: true });

    expectAlike(row(together.latent, 0), row(alone.latent, 0));
    expect(row(together.latent, 1)).not.toEqual(row(split.latent, 1));
    expect(Object.keys(together.generator)).toEqual(['state']);
  });

  test('the streams continue in the next node, each separately', async () => {
    const first = await sample({ count: 2, seed: 7, seedPerImage: true });
    const second = await sample({ count: 2 }, { generator: first.generator });
    const alone = await sample({ seed: 8 });
    const secondAlone = await sample({}, { generator: alone.generator });

    expectAlike(row(second.latent, 1), row(secondAlone.latent, 0));
  });

  test('the number of images must equal that of the streams', async () => {
    const { generator } = await sample({ count: 2, seedPerImage: true });

    await expect(sample({ count: 3 }, { generator })).rejects.toThrow(
      'The connected generator holds a random stream for each of 2 images, but 3 are drawn.',
    );
  });

  test('an image embedding uses the noise of the first stream', async () => {
    const { generator } = await sample({ count: 2, seed: 7, seedPerImage: true });
    const embed = {
      rows: tensor([1, checkpoint.vision.embeds.width], new Float32Array(checkpoint.vision.embeds.width)),
    };
    const augment = (from: Generator) =>
      evaluateNode<{ condition: Condition; generator: Generator }>(
        noiseAugment,
        { embed: { ...embed, space: checkpoint.vision.embeds }, generator: from },
        { noiseLevel: 100 },
      );

    const [one, list] = [await augment({ state: generator.state }), await augment(generator)];

    expect(list.condition).toEqual(one.condition);
    expect(list.generator).toEqual({ ...one.generator, others: generator.others });
  });

  test('it cannot go with one noise for all', async () => {
    await expect(sample({ count: 2, seedPerImage: true, sameNoise: true })).rejects.toThrow(
      'UNetSample: a seed per image gives each image its own noise. Switch “same noise” or “seed per image” off.',
    );
  });

  test('it also draws the latents of an image', async () => {
    const image: RgbImage = { width: 16, height: 16, data: new Uint8Array(3 * 16 * 16).fill(90) };
    const encode = (params: object) =>
      evaluateNode<Sampled>(vaeEncode, { vae: checkpoint.vae, image: [image] }, params);

    const three = await encode({ count: 3, seed: 5, seedPerImage: true });
    const stream = await encode({ count: 3, seed: 5 });

    expect(three.latent.samples.dims[0]).toBe(3);
    for (const i of [0, 1, 2]) expectAlike(row(three.latent, i), row((await encode({ seed: 5 + i })).latent, 0));
    expect(row(stream.latent, 1)).not.toEqual(row(three.latent, 1));
  });
});

describe('a variation', () => {
  const firstNoise = async (params: object) => {
    const { latent } = await sample({ scheduler: 'euler', seed: 1, variationSeed: 2, ...params });
    return latent;
  };

  test('with strength 0 is no variation, and with strength 1 is the other seed', async () => {
    const [none, all] = [await firstNoise({ variationStrength: 0 }), await firstNoise({ variationStrength: 1 })];

    expect(none).toEqual((await sample({ scheduler: 'euler', seed: 1 })).latent);
    expectAlike(row(all, 0), row((await sample({ scheduler: 'euler', seed: 2 })).latent, 0));
  });

  test('is on the arc between the noises of both seeds', async () => {
    const strength = 0.3;
    const noise = slerp(noiseOf(1), noiseOf(2), strength);
    const given: Latent = { samples: tensor([1, channels, 8, 8], noise) };

    const varied = await firstNoise({ variationStrength: strength });
    const byHand = await sample({ scheduler: 'euler' }, { noise: given });

    expectAlike(row(varied, 0), row(byHand.latent, 0));
  });

  test('with a seed per image, all vary one seed, and each can be made again alone', async () => {
    const settings = { variationStrength: 0.2, seedPerImage: true };
    const three = await firstNoise({ ...settings, count: 3 });
    const alone = await firstNoise({ ...settings, variationSeed: 4 });

    expectAlike(row(three, 2), row(alone, 0));
    expect(row(three, 1)).not.toEqual(row(three, 0));
  });
});

describe('noise that is given', () => {
  const given = (seed: number, dims = [1, channels, 8, 8]): Latent => ({
    samples: tensor(dims, sized(noiseOf(seed), dims)),
  });

  test('replaces the first draw, and has the size of the result', async () => {
    const { latent, generator } = await sample({ width: 0, height: 0, scheduler: 'euler' }, { noise: given(6) });

    expectAlike(row(latent, 0), row((await sample({ seed: 6, scheduler: 'euler' })).latent, 0));
    expect(generator.state).toEqual(new TorchGenerator(0).state());
  });

  test('is added to a latent', async () => {
    const latent = given(9);

    const [byNoise, bySeed] = [
      await sample({ denoise: 0.7 }, { latent, noise: given(6) }),
      await sample({ denoise: 0.7, seed: 6 }, { latent }),
    ];

    expectAlike(row(byNoise.latent, 0), row(bySeed.latent, 0));
  });

  test('of another size than the latent is refused', async () => {
    await expect(
      sample({ width: 0, height: 0 }, { latent: given(9), noise: given(6, [1, channels, 4, 8]) }),
    ).rejects.toThrow(
      `UNetSample: the noise is [1, ${channels}, 4, 8], but the latent is [1, ${channels}, 8, 8]. Give both one size.`,
    );
  });
});

function sized(values: Float32Array, dims: readonly number[]): Tensor['data'] {
  return values.slice(
    0,
    dims.reduce((product, dim) => product * dim, 1),
  );
}

/** Shoemake 1985: for vectors of about one length. */
function slerp(from: Float32Array, to: Float32Array, share: number): Float32Array {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  const [fromLength, toLength] = [Math.sqrt(dot(from, from)), Math.sqrt(dot(to, to))];
  const omega = Math.acos(dot(from, to) / (fromLength * toLength));
  const length = fromLength * (1 - share) + toLength * share;
  const [a, b] = [Math.sin((1 - share) * omega), Math.sin(share * omega)].map((one) => one / Math.sin(omega));
  return from.map((value, i) => length * ((a ?? 0) * (value / fromLength) + (b ?? 0) * ((to[i] ?? 0) / toLength)));
}
