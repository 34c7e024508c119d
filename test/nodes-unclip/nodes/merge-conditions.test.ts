import { readFileSync } from 'node:fs';
import { type Embed, tensor } from '@unclip-studio/nodes-unclip';
import {
  type Condition,
  MergeError,
  mergeConditionsNode,
  noiseAugment,
  noiseScheduleOf,
  sinusoid,
  TorchGenerator,
  type TorchGeneratorState,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';

type Merged = { readonly condition: Condition; readonly generator: { readonly state: TorchGeneratorState } };

interface Reference {
  readonly cases: readonly {
    readonly mean: readonly number[];
    readonly std: readonly number[];
    readonly pictures: readonly { readonly embed: readonly number[] }[];
    readonly merge: object;
    readonly classLabels: readonly number[];
  }[];
}

// Made by tools/reference/merge_conditions.py.
const FIXTURE = new URL('../../fixtures/merge-conditions.json', import.meta.url);
const reference = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

const checkpoint = await openTestCheckpoint();
const d = checkpoint.vision.embeds.width;

function embed(seed: number): Embed {
  return {
    rows: tensor([1, d], Float32Array.from(new TorchGenerator(seed).randn(d))),
    space: checkpoint.vision.embeds,
  };
}

function augmented(seed: number, params: object = {}): Promise<Merged> {
  return evaluateNode<Merged>(noiseAugment, { embed: embed(seed) }, { seed, ...params });
}

const merge = (inputs: object, params: object = {}) => evaluateNode<Merged>(mergeConditionsNode, inputs, params);

test('strength multiplies the UNet’s image input, and 0 equals no image', async () => {
  const whole = (await augmented(1)).condition.classLabels;
  const half = (await augmented(1, { strength: 0.5 })).condition.classLabels;
  const none = (await augmented(1, { strength: 0 })).condition.classLabels;

  expect([...half.data]).toEqual([...whole.data].map((value) => value / 2));
  expect(none.data.every((value) => value === 0)).toBe(true);
});

test('one condition alone passes as it is and draws nothing', async () => {
  const { condition } = await augmented(1, { noiseLevel: 300 });

  const merged = await merge({ condition5: condition }, { seed: 3 });

  expect(merged.condition).toEqual(condition);
  expect(merged.generator.state).toEqual(new TorchGenerator(3).state());
});

test('a batch of images to merge equals its images one by one, also together with another condition', async () => {
  const params = { noiseLevel: 200, strength: 0.7, numerics: 'comfyui' };
  const [one, two] = [await augmented(1, { ...params, seed: 5 }), await augmented(2, { ...params, seed: 5 })];
  const rows = tensor([2, d], Float32Array.from([...embed(1).rows.data, ...embed(2).rows.data]));
  const both = await evaluateNode<Merged>(
    noiseAugment,
    { embed: { rows, space: checkpoint.vision.embeds } },
    { ...params, seed: 5, sameNoise: true },
  );
  // The stream continues after the noise of the last image.
  expect(both.generator).toEqual(two.generator);

  const apart = { condition1: one.condition, condition2: two.condition, generator: two.generator };
  const batch = { condition1: both.condition, generator: both.generator };
  const settings = { numerics: 'comfyui', seed: 5 };
  const expected = await merge(apart, settings);
  expect(await merge(batch, { ...settings, batch: 'merged' })).toEqual(expected);
  expect(expected.condition.classLabels.dims).toEqual([1, 2 * d]);
  expect((await merge(batch, settings)).condition).toEqual(both.condition);

  const three = await merge({ ...apart, condition3: one.condition }, settings);
  const beside = { ...batch, condition2: one.condition };
  expect(await merge(beside, { ...settings, batch: 'merged' })).toEqual(three);
});

test('the weighted embeddings of several are summed, noised again and labelled with the new level', async () => {
  const one = await augmented(1, { noiseLevel: 200, strength: 0.7 });
  const two = await augmented(2, { noiseLevel: 0, strength: 0.4 });

  const { condition } = await merge({ condition1: one.condition, condition3: two.condition }, { seed: 9 });

  const { mean, std } = checkpoint.vision.embeds.normalizer;
  const alpha = noiseScheduleOf(checkpoint.vision.embeds.noisingScheduler).alphasCumprod[50] ?? 0;
  const noise = new TorchGenerator(9).randn(d);
  const at = ({ condition: { classLabels } }: Merged, i: number) => classLabels.data[i] ?? 0;
  const expected = Array.from({ length: d }, (_, i) => {
    const [m, s] = [mean[i] ?? 0, std[i] ?? 1];
    const scaled = (at(one, i) + at(two, i) - m) / s;
    return (Math.sqrt(alpha) * scaled + Math.sqrt(1 - alpha) * (noise[i] ?? 0)) * s + m;
  });
  const found = [...condition.classLabels.data];
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 4);
  expect(found.slice(d)).toEqual([...sinusoid([50], d).data]);
});

test.each(reference.cases)(
  '%#: as an independent computation has it',
  async ({ mean, std, pictures: images, merge: params, classLabels }) => {
    const normalizer = { mean: Float32Array.from(mean), std: Float32Array.from(std) };
    const space = { ...checkpoint.vision.embeds, normalizer };
    const conditions = await Promise.all(
      images.map(async ({ embed: values, ...settings }, i) => {
        const rows = tensor([1, values.length], Float32Array.from(values));
        const { condition } = await evaluateNode<Merged>(noiseAugment, { embed: { rows, space } }, settings);
        return [`condition${i + 1}`, condition];
      }),
    );

    const { condition } = await merge(Object.fromEntries(conditions), params);

    for (const [i, value] of classLabels.entries()) expect(condition.classLabels.data[i]).toBeCloseTo(value, 5);
  },
);

test('a connected generator overrides the seed, and continues where the noise ended', async () => {
  const [one, two] = [await augmented(1), await augmented(2)];
  const inputs = { condition1: one.condition, condition2: two.condition };

  const bySeed = await merge(inputs, { seed: 2 });
  const byGenerator = await merge({ ...inputs, generator: { state: new TorchGenerator(2).state() } }, { seed: 5 });
  const after = new TorchGenerator(2);
  after.randn(d);

  expect(byGenerator.condition).toEqual(bySeed.condition);
  expect(bySeed.generator.state).toEqual(after.state());
});

test('what cannot be merged is refused', async () => {
  const { condition } = await augmented(1);
  const narrow = { classLabels: tensor([1, 4], new Float32Array(4)), space: checkpoint.vision.embeds };

  await expect(merge({})).rejects.toThrow(
    new MergeError('MergeConditions: expected at least one condition, got none. Connect one.'),
  );
  await expect(merge({ condition1: condition, condition2: narrow })).rejects.toThrow(
    /condition2 of "test" is 4 wide, the first one of "test" 48\. Encode all images with the same CLIP model\./,
  );
});
