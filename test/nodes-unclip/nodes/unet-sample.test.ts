import {
  type Condition,
  type Conditioning,
  type Latent,
  type Mask,
  noiseAugment,
  SamplingInputError,
  type TorchGeneratorState,
  tensor,
  textEncode,
  unetSample,
} from '@unclip-studio/nodes-unclip';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';

// Runs from pure noise are compared with diffusers in test/parity, stage pipeline_img2img.

type Sampled = { readonly latent: Latent; readonly generator: { readonly state: TorchGeneratorState } };

const checkpoint = await openTestCheckpoint();
const { latentChannels, embedDim } = checkpoint;
const side = 8;
const latent: Latent = { samples: randomTensor([1, latentChannels, side, side], 3) };
let prompt: Conditioning;
let image: Condition;

beforeAll(async () => {
  const encoded = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: { checkpoint } });
  prompt = encoded.conditioning;
  const embed = { rows: randomTensor([1, embedDim], 5), checkpoint };
  image = (await evaluateNode<{ condition: Condition }>(noiseAugment, { embed })).condition;
});

const sample = (inputs: object, params: object = {}) =>
  evaluateNode<Sampled>(
    unetSample,
    { unet: { checkpoint }, prompt, image, ...inputs },
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

  test('the more is drawn anew, the less of the latent is left', async () => {
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

    expect(result.samples.dims).toEqual([2, latentChannels, side, side]);
  });

  test('another size, and a share of the steps that leaves none, are refused', async () => {
    await expect(sample({ latent }, { width: 512 })).rejects.toThrow(SamplingInputError);
    await expect(sample({ latent }, { denoise: 0.1 })).rejects.toThrow(
      new SamplingInputError('UNetSample, denoise: 0.1 of 4 steps leaves none. Take a larger denoise or more steps.'),
    );
  });
});

describe('with a mask', () => {
  // The left half is drawn anew.
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
  test('leads from its step on: after the last it changes nothing, and sooner means more', async () => {
    const plain = await sample({});
    const after = async (changeAt: number) => (await sample({}, { changeAt, laterGuidanceScale: 6 })).latent;

    expect((await after(4)).samples.data).toEqual(plain.latent.samples.data);
    expect(distance(await after(3), plain.latent)).toBeGreaterThan(0);
    expect(distance(await after(1), plain.latent)).toBeGreaterThan(distance(await after(3), plain.latent));
  });

  test('may be another prompt and another picture', async () => {
    const words = await evaluateNode<{ conditioning: Conditioning }>(
      textEncode,
      { text: { checkpoint } },
      { prompt: 'a green star' },
    );
    const embed = { rows: randomTensor([1, embedDim], 9), checkpoint };
    const other = await evaluateNode<{ condition: Condition }>(noiseAugment, { embed });
    const params = { changeAt: 2 };

    const [plain, text, picture] = [
      await sample({}, params),
      await sample({ laterPrompt: words.conditioning }, params),
      await sample({ laterImage: other.condition }, params),
    ];

    expect(distance(text.latent, plain.latent)).toBeGreaterThan(0);
    expect(distance(picture.latent, plain.latent)).toBeGreaterThan(0);
  });
});
