import { tensor } from '@unclip-studio/nodes-unclip';
import {
  applyGuidance,
  augmentWithNoise,
  feedsOfGuides,
  isGuided,
  NoiseLevelError,
  noiseEmbeds,
  noiseLevelToIndex,
  noiseScheduleOf,
  scaleEmbeds,
  sinusoid,
  unscaleEmbeds,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

// The numbers themselves are compared with diffusers 0.42.1 in test/parity, stage noise_augment.

const { alphasCumprod } = noiseScheduleOf({ beta_schedule: 'squaredcos_cap_v2' });
const statistics = { mean: Float32Array.of(1, -2), std: Float32Array.of(2, 0.5) };

test('the levels 999 and 1000 share the last row of the table', () => {
  expect([0, 1, 999, 1000].map((level) => noiseLevelToIndex(level))).toEqual([0, 1, 999, 999]);
});

test.each([-1, 1001, 0.5, Number.NaN])('the noise level %s is refused', (level) => {
  expect(() => noiseLevelToIndex(level)).toThrow(
    new NoiseLevelError(`noise level: expected an integer from 0 to 1000, got ${level}`),
  );
});

test.each([-1, 1000])('row %i is outside the table', (index) => {
  const embeds = tensor([1, 2], new Float32Array(2));

  expect(() => noiseEmbeds(embeds, new Float32Array(2), { alphasCumprod, index })).toThrow(
    new NoiseLevelError(`noise level ${index}: outside the table 0..999`),
  );
});

test('scaling is undone by unscaling', () => {
  const embeds = tensor([2, 2], Float32Array.of(3, -1, 5, 0));

  const scaled = scaleEmbeds(embeds, statistics);

  expect([...scaled.data]).toEqual([1, 2, 2, 4]);
  expect(unscaleEmbeds(scaled, statistics)).toEqual(embeds);
});

test('full noise removes the embedding, and level 0 keeps it except for a trace', () => {
  const embeds = tensor([1, 2], Float32Array.of(3, -1));
  const labels = (index: number, noise: number) =>
    augmentWithNoise({ embeds, noise: new Float32Array(2).fill(noise), statistics, alphasCumprod, index }).data;

  // Without noise the statistics' mean is left.
  expect(labels(999, 0)[0]).toBeCloseTo(1, 3);
  expect(labels(0, 0)[0]).toBeCloseTo(3, 3);
  expect(labels(0, 1)[0]).not.toBe(labels(0, 0)[0]);
});

test('class labels hold the embedding and then the sinusoid of the level, in every row', () => {
  const embeds = tensor([2, 2], Float32Array.of(3, -1, 5, 0));

  const { dims, data } = augmentWithNoise({ embeds, noise: new Float32Array(4), statistics, alphasCumprod, index: 7 });

  const level = [...sinusoid([7], 2).data];
  expect(dims).toEqual([2, 4]);
  expect([...data.subarray(2, 4)]).toEqual(level);
  expect([...data.subarray(6, 8)]).toEqual(level);
});

test('a sinusoid begins with the cosines, and an odd width ends with a zero', () => {
  const { dims, data } = sinusoid([0, 2.5], 5);

  expect(dims).toEqual([2, 5]);
  expect([...data.subarray(0, 5)]).toEqual([1, 1, 0, 0, 0]);
  expect(data[5]).toBeCloseTo(Math.cos(2.5), 6);
  expect(data[7]).toBeCloseTo(Math.sin(2.5), 6);
});

test('guidance is on only above 1', () => {
  expect([0, 1, 1.1, 10].map(isGuided)).toEqual([false, false, true, true]);
});

test('guidance goes from the unconditional half towards the conditional one', () => {
  const guided = applyGuidance(Float32Array.of(1, 2, 3, 2), 5);

  expect([...guided]).toEqual([11, 2]);
});

test('the unguided half of the class labels is zeros throughout, and comes first', () => {
  const guide = { label: 'image', guided: tensor([1, 4], Float32Array.of(1, 2, 3, 4)), unguided: null };
  const guides = { inputs: { class_labels: guide }, guidanceScale: 2 };

  const { class_labels: labels } = feedsOfGuides(guides, { n: 1, isGuided: true });

  expect(labels?.dims).toEqual([2, 4]);
  expect([...(labels?.data ?? [])]).toEqual([0, 0, 0, 0, 1, 2, 3, 4]);
});
