import { tensor } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  type Conditioning,
  type Latent,
  type Mask,
  noiseAugment,
  repeatRows,
  SamplingInputError,
  type TorchGeneratorState,
  textEncode,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeTestGuides, evaluateNode, openTestCheckpoint, plainPrompt } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';

// Runs from pure noise are compared with diffusers in test/parity, stage pipeline_img2img.

type Sampled = { readonly latent: Latent; readonly generator: { readonly state: TorchGeneratorState } };

const checkpoint = await openTestCheckpoint();
const { embeds } = checkpoint.vision;
const { channels } = checkpoint.unet.latents;
const side = 8;
const space = {
  pixelsPerLatent: checkpoint.unet.latents.pixelsPerCell,
  scalingFactor: checkpoint.vae.latents.scalingFactor,
};
const latent: Latent = { samples: randomTensor([1, channels, side, side], 3), space };
let prompt: Conditioning;
let image: Condition;

beforeAll(async () => {
  ({ prompt, image } = await encodeTestGuides(checkpoint));
});

const sample = (inputs: object, params: object = {}) =>
  evaluateNode<Sampled>(
    unetSample,
    { unet: checkpoint.unet, prompt, image, ...inputs },
    { steps: 4, guidanceScale: 1, ...params },
  );

function distance(a: Latent, b: Latent): number {
  return Math.sqrt(a.samples.data.reduce((sum, value, i) => sum + (value - (b.samples.data[i] ?? 0)) ** 2, 0));
}

describe('from a latent', () => {
  test('denoise 0 gives the latent back and draws no number', async () => {
    const { latent: result, generator } = await sample({ latent }, { denoise: 0, seed: 3 });
    const again = await sample({ latent, generator }, { denoise: 0 });

    expect(result).toEqual(latent);
    expect(again.generator).toEqual(generator);
  });

  test('the more is redrawn, the less of the latent is left', async () => {
    const results = [];
    for (const denoise of [0.25, 0.5, 0.75, 1]) results.push((await sample({ latent }, { denoise })).latent);

    const distances = results.map((result) => distance(result, latent));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  test.each(['ddim', 'euler-a', 'heun', 'lms', 'pndm', 'unipc', 'deis', 'kdpm2', 'dpmpp-2s', 'dpmpp-2m-sde', 'ddpm'])(
    'half a run of %s stays finite',
    async (scheduler) => {
      const { latent: result } = await sample({ latent }, { denoise: 0.5, steps: 8, scheduler });

      expect(result.samples.data.every(Number.isFinite)).toBe(true);
    },
  );

  test('the result has the size of the latent and a row for each variation', async () => {
    const { latent: result } = await sample({ latent }, { denoise: 0.5, count: 2 });

    expect(result.samples.dims).toEqual([2, channels, side, side]);
  });

  test('another size, and a share of the steps that leaves none, are refused', async () => {
    await expect(sample({ latent }, { width: 512 })).rejects.toThrow(SamplingInputError);
    await expect(sample({ latent }, { denoise: 0.1 })).rejects.toThrow(
      new SamplingInputError('UNetSample, denoise: 0.1 of 4 steps leaves none. Take a larger denoise or more steps.'),
    );
  });
});

describe('with a mask', () => {
  // The left half is redrawn.
  const mask: Mask = {
    width: 2 * side,
    height: side,
    data: Uint8Array.from({ length: 2 * side * side }, (_, i) => (i % (2 * side) < side ? 255 : 0)),
  };
  const halves = ({ samples }: Latent) => {
    const isLeft = (i: number) => i % side < side / 2;
    return { left: samples.data.filter((_, i) => isLeft(i)), right: samples.data.filter((_, i) => !isLeft(i)) };
  };

  test.each(['ddim', 'euler', 'heun', 'kdpm2', 'deis'])('%s leaves what is black just as it was', async (scheduler) => {
    const { latent: result } = await sample({ latent, mask }, { scheduler });

    expect(halves(result).right).toEqual(halves(latent).right);
    expect(halves(result).left).not.toEqual(halves(latent).left);
  });

  test('a shade blends', async () => {
    const grey = { width: 1, height: 1, data: Uint8Array.of(51) };
    const params = { denoise: 0.25 };

    const [all, some] = [await sample({ latent }, params), await sample({ latent, mask: grey }, params)];

    const expected = latent.samples.data.map((value, i) => 0.8 * value + 0.2 * (all.latent.samples.data[i] ?? 0));
    expect(distance(some.latent, { samples: tensor(latent.samples.dims, expected) })).toBeLessThan(1e-4);
  });
});

test('what only a latent can give is refused without one', async () => {
  const message = (what: string) =>
    new SamplingInputError(
      `UNetSample: ${what} needs a latent to start from. Connect one from VAEEncode or from another UNetSample.`,
    );

  await expect(sample({}, { denoise: 0.5 })).rejects.toThrow(message('denoise 0.5'));
  await expect(sample({ mask: { width: 1, height: 1, data: Uint8Array.of(0) } })).rejects.toThrow(message('a mask'));
});

describe('a change on the way', () => {
  test('applies from its step on: after the last it changes nothing, and sooner means more', async () => {
    const plain = await sample({});
    const after = async (changeAt: number) => (await sample({}, { changeAt, laterGuidanceScale: 6 })).latent;

    expect((await after(4)).samples.data).toEqual(plain.latent.samples.data);
    expect(distance(await after(3), plain.latent)).toBeGreaterThan(0);
    expect(distance(await after(1), plain.latent)).toBeGreaterThan(distance(await after(3), plain.latent));
  });

  test('at a step that never comes is refused', async () => {
    await expect(sample({}, { changeAt: 5, laterGuidanceScale: 6 })).rejects.toThrow(
      new SamplingInputError(
        'UNetSample: “change at” is step 5, and there are only 4. Choose an earlier one, or 0 to change nothing.',
      ),
    );
  });

  test('may be another prompt and another image', async () => {
    const words = await evaluateNode<{ conditioning: Conditioning }>(
      textEncode,
      { text: checkpoint.text },
      { prompt: 'a green star' },
    );
    const embed = { rows: randomTensor([1, embeds.width], 9), space: embeds };
    const other = await evaluateNode<{ condition: Condition }>(noiseAugment, { embed });
    const params = { changeAt: 2 };

    const [plain, text, withImage] = [
      await sample({}, params),
      await sample({ laterPrompt: words.conditioning }, params),
      await sample({ laterImage: other.condition }, params),
    ];

    expect(distance(text.latent, plain.latent)).toBeGreaterThan(0);
    expect(distance(withImage.latent, plain.latent)).toBeGreaterThan(0);
  });
});

test('without an image it draws what one of strength 0 gives', async () => {
  const embed = { rows: randomTensor([1, embeds.width], 5), space: embeds };
  const silent = await evaluateNode<{ condition: Condition }>(noiseAugment, { embed }, { strength: 0 });

  const without = await sample({ image: undefined }, { seed: 4 });
  const withSilent = await sample({ image: silent.condition }, { seed: 4 });
  const withImage = await sample({}, { seed: 4 });

  expect(without.latent).toEqual(withSilent.latent);
  expect(without.latent).not.toEqual(withImage.latent);
});

describe('with one noise for a series', () => {
  // Two images that ask for the same, so that what differs is the noise.
  const series = async (params: object) => {
    const both = { classLabels: repeatRows(image.classLabels, 2), space: embeds };
    const { latent: result } = await sample({ image: both }, { width: 64, height: 64, ...params });
    const { data, dims } = result.samples;
    const [n = 1] = dims;
    const size = data.length / n;
    return Array.from({ length: n }, (_, i) => [...data.slice(i * size, (i + 1) * size)]);
  };
  const far = (a: readonly number[] = [], b: readonly number[] = []) =>
    Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));

  test.each(['ddim', 'euler-a', 'dpmpp-2m-sde'])(
    '%s gives images that ask for the same the same',
    async (scheduler) => {
      const [a, b] = await series({ scheduler, sameNoise: true });
      const [c, d] = await series({ scheduler });

      // The rows of a batch are summed in different orders.
      expect(far(a, b)).toBeLessThan(1e-4);
      expect(far(c, d)).toBeGreaterThan(0.1);
    },
  );

  test('the copies of an image still differ, and each is like its fellow', async () => {
    const [a, b, c, d] = await series({ sameNoise: true, count: 2 });

    expect(far(a, b)).toBeGreaterThan(0.1);
    expect(far(a, c)).toBeLessThan(1e-4);
    expect(far(b, d)).toBeLessThan(1e-4);
  });

  test('one image alone gets the noise it always gets', async () => {
    expect(await sample({}, { sameNoise: true, seed: 2 })).toEqual(await sample({}, { seed: 2 }));
  });
});

describe('in two parts', () => {
  const rest = { denoise: 0.5, addNoise: false };

  test.each(['ddim', 'euler', 'heun', 'kdpm2'])(
    '%s stops halfway, and continues to the result of an uninterrupted run',
    async (scheduler) => {
      const whole = await sample({}, { scheduler, seed: 9 });
      const half = await sample({}, { scheduler, seed: 9, stopAt: 2 });
      const both = await sample({ latent: half.latent }, { scheduler, ...rest });

      expect(distance(half.latent, whole.latent)).toBeGreaterThan(1);
      expect(distance(both.latent, whole.latent)).toBeLessThan(1e-4);
    },
  );

  test.each(['dpmpp-2m', 'dpmpp-2s', 'unipc', 'deis', 'lms', 'pndm'])(
    '%s continues too, without its history',
    async (scheduler) => {
      const whole = await sample({}, { scheduler, seed: 9, steps: 12 });
      const half = await sample({}, { scheduler, seed: 9, steps: 12, stopAt: 6 });
      const both = await sample({ latent: half.latent }, { scheduler, ...rest, steps: 12 });

      expect(distance(both.latent, whole.latent)).toBeLessThan(distance(half.latent, whole.latent) / 4);
    },
  );

  test('another scheduler continues, whose noise has another scale', async () => {
    const whole = await sample({}, { scheduler: 'ddim', seed: 9, steps: 12 });
    const half = await sample({}, { scheduler: 'ddim', seed: 9, steps: 12, stopAt: 6 });
    const spacing = { timestepSpacing: 'leading' };
    const both = await sample({ latent: half.latent }, { scheduler: 'euler', ...spacing, ...rest, steps: 12 });

    expect(distance(both.latent, whole.latent)).toBeLessThan(distance(half.latent, whole.latent) / 4);
  });

  test('what cannot be is refused with what to do', async () => {
    await expect(sample({ latent }, { denoise: 0.5, stopAt: 2 })).rejects.toThrow(
      'UNetSample, stopAt: 2 leaves no step, since denoise leaves out the first 2 of 4. Take a later step, or a larger denoise.',
    );
    await expect(sample({}, { addNoise: false })).rejects.toThrow('addNoise off needs a latent to start from.');
    const mask: Mask = { width: 8, height: 8, data: new Uint8Array(64) };
    await expect(sample({ latent, mask }, { addNoise: false })).rejects.toThrow(
      'Switch addNoise on, or disconnect the mask.',
    );
  });

  test('a stop at the last step or behind it is none', async () => {
    const whole = await sample({}, { seed: 9 });

    expect((await sample({}, { seed: 9, stopAt: 4 })).latent).toEqual(whole.latent);
    expect((await sample({}, { seed: 9, stopAt: 99 })).latent).toEqual(whole.latent);
  });
});

test('a prompt that is repeated as a whole counts once', async () => {
  const { positive, negative } = plainPrompt(prompt);
  const twice = (states: typeof positive) => {
    const [, t = 0, d = 0] = states.dims;
    return tensor([1, 2 * t, d], Float32Array.from([...states.data, ...states.data]));
  };
  const once = await sample({}, { guidanceScale: 5, seed: 2 });

  const again = await sample(
    { prompt: { positive: twice(positive), negative: twice(negative) } },
    { guidanceScale: 5, seed: 2 },
  );

  expect(distance(again.latent, once.latent)).toBeLessThan(1e-3);
});

test('results of PNDM in the middle of its steps, which used to be wrong, have new names, and no others', () => {
  const version = (params: object) => unetSample.versionFor?.({ scheduler: 'ddim', denoise: 1, ...params });

  expect(version({ scheduler: 'pndm', denoise: 0.5 })).toBe(2);
  expect(version({ scheduler: 'checkpoint', denoise: 0.5 })).toBe(2);
  expect(version({ scheduler: 'pndm' })).toBe(unetSample.version);
  expect(version({ denoise: 0.5 })).toBe(unetSample.version);
});

describe('one image of a batch', () => {
  const settings = { steps: 4, guidanceScale: 3, count: 3, width: 64, height: 64, seed: 9 };
  const furthest = (whole: Latent, index: number, one: Latent) => {
    expect(one.samples.dims).toEqual([1, ...whole.samples.dims.slice(1)]);
    const size = one.samples.data.length;
    const same = whole.samples.data.subarray(index * size, (index + 1) * size);
    return Math.max(...one.samples.data.map((value, i) => Math.abs(value - (same[i] ?? 0))));
  };

  test.each([
    { scheduler: 'ddim' },
    { scheduler: 'ddim', eta: 1 },
    { scheduler: 'euler-a' },
    { scheduler: 'dpmpp-2m-sde' },
    { seedPerImage: true },
    { seedPerImage: true, variationStrength: 0.3, variationSeed: 4 },
    { numerics: 'comfyui', sampler: 'euler' },
    { numerics: 'comfyui', sampler: 'euler_ancestral' },
    { numerics: 'comfyui', sampler: 'dpmpp_sde' },
    { numerics: 'comfyui', sampler: 'euler', firstInBatch: 2 },
  ])('is the same alone as in the batch, with %j', async (params) => {
    const { latent: whole } = await sample({}, { ...settings, ...params });

    const { latent: third } = await sample({}, { ...settings, ...params, onlyImage: 3 });

    expect(furthest(whole, 2, third)).toBeLessThan(1e-4);
    expect(furthest(whole, 1, third)).toBeGreaterThan(0.1);
  });

  test('is guided by its own image, starts from its own latent and leaves what its mask leaves', async () => {
    const rows = randomTensor([2, embeds.width], 8);
    const { condition } = await evaluateNode<{ condition: Condition }>(noiseAugment, {
      embed: { rows, space: embeds },
    });
    const two: Latent = { samples: randomTensor([2, channels, side, side], 6), space };
    const mask: Mask = { width: 2, height: 1, data: Uint8Array.of(255, 0) };
    const inputs = { image: condition, latent: two, mask };
    const params = { ...settings, width: 0, height: 0, count: 2, denoise: 0.5, scheduler: 'euler-a' };
    const { latent: whole, generator } = await sample(inputs, params);

    const third = await sample(inputs, { ...params, onlyImage: 3 });

    expect(furthest(whole, 2, third.latent)).toBeLessThan(1e-4);
    expect(third.generator).toEqual(generator);
  });

  test('has to be in the batch', async () => {
    await expect(sample({}, { ...settings, onlyImage: 4 })).rejects.toThrow(
      'UNetSample: “only image” is 4, but the batch has 3. Choose 1 to 3, or 0 for all of them.',
    );
  });
});
