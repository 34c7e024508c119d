import { tensor } from '@unclip-studio/nodes-unclip';
import { type Latent, latentUpscale, resizeLatent } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

const latent = tensor(
  [1, 2, 3, 4],
  Float32Array.from({ length: 24 }, (_, i) => ((7 * i) % 11) - 5),
);

// torch 2.13.0, CPU: the first twelve values and the sum of
// `interpolate((arange(24.) * 7 % 11 - 5).reshape(1, 2, 3, 4), size=size, mode=method)`.
test.each([
  ['nearest-exact', 5, 6, [-5, 2, 2, -2, 5, 5, -5, 2, 2, -2, 5, 5], 2],
  ['nearest-exact', 2, 3, [-5, -2, 5, -4, -1, -5, 2, 5, 1, 3, -5, 2], -4],
  ['bilinear', 5, 6, [-5, -1.5, 1.333333, -1.333333, 1.5, 5, -2.6, -1.3, 0.066667, 0.333333, 1.7, 3], -7.5],
  [
    'bilinear',
    2,
    3,
    [-2.791667, 0.125, 3.041667, -2.041667, 0.875, -3.083334, 0.541667, 1.625, 0.416666, 1.291667, -1.75, -0.208333],
    -1.95833,
  ],
  [
    'bicubic',
    5,
    6,
    [
      -6.275307, -1.074, 2.313813, -2.409816, 0.978, 6.179305, -2.480402, -1.441375, -0.098899, 0.332398, 2.153374,
      3.65715,
    ],
    -7.17001,
  ],
  [
    'bicubic',
    2,
    3,
    [
      -2.853928, 0.059448, 3.376551, -2.045334, 1.701904, -3.432856, 0.417091, 2.095215, 0.364085, 1.380105, -2.377319,
      -0.258268,
    ],
    -1.57331,
  ],
] as const)('%s to %i x %i gives the numbers of torch', (method, h, w, start, sum) => {
  const { data, dims } = resizeLatent(latent, { h, w, method });

  expect(dims).toEqual([1, 2, h, w]);
  for (const [i, value] of start.entries()) expect(data[i]).toBeCloseTo(value, 5);
  expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 4);
});

test('the node scales both sides and rounds to whole cells', async () => {
  const scaled = await evaluateNode<{ latent: Latent }>(latentUpscale, { latent: { samples: latent } }, { scale: 1.5 });

  expect(scaled.latent.samples.dims).toEqual([1, 2, 5, 6]);
});

test('a size in pixels goes before the scale, side by side', async () => {
  const samples = tensor([1, 1, 2, 3], new Float32Array(6));

  const { latent } = await evaluateNode<{ latent: Latent }>(
    latentUpscale,
    { latent: { samples } },
    { width: 56, scale: 2 },
  );

  expect(latent.samples.dims).toEqual([1, 1, 4, 7]);
});
