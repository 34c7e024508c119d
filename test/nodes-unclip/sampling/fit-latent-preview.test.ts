import { fitLatentPreview, tensor } from '@unclip-studio/nodes-unclip';
import { TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

test('an image that is linear in its latent is fitted exactly', () => {
  const matrix = [
    [0.1, -0.05, 0.02],
    [0.03, 0.08, -0.1],
    [-0.06, 0.01, 0.04],
    [0.02, 0.02, 0.09],
    [0.05, -0.03, 0.01],
  ];
  const bias = [0.5, 0.4, 0.6];
  const [h, w, scale] = [12, 9, 4];
  const latent = tensor([2, 5, h, w], new TorchGenerator(3).randn(2 * 5 * h * w));
  const decoded = new Float32Array(2 * 3 * h * scale * w * scale);
  for (let i = 0; i < decoded.length; i++) {
    const x = Math.floor((i % (w * scale)) / scale);
    const y = Math.floor((Math.floor(i / (w * scale)) % (h * scale)) / scale);
    const plane = Math.floor(i / (w * scale * h * scale));
    const [image, colour] = [Math.floor(plane / 3), plane % 3];
    const value = matrix.reduce(
      (sum, row, c) => sum + (row[colour] ?? 0) * (latent.data[((image * 5 + c) * h + y) * w + x] ?? 0),
      bias[colour] ?? 0,
    );
    decoded[i] = 2 * value - 1;
  }

  const fitted = fitLatentPreview(latent, tensor([2, 3, h * scale, w * scale], decoded));

  for (const [c, row] of matrix.entries()) {
    // The ridge that keeps flat images solvable costs about a thousandth.
    for (const [k, value] of row.entries()) expect(fitted.matrix[c]?.[k]).toBeCloseTo(value, 2);
  }
  for (const [k, value] of bias.entries()) expect(fitted.bias[k]).toBeCloseTo(value, 2);
});

test('an image of one colour gives that colour for any latent', () => {
  const latent = tensor([1, 4, 2, 2], new Float32Array(16));

  const fitted = fitLatentPreview(latent, tensor([1, 3, 4, 4], new Float32Array(48).fill(0.5)));

  expect(fitted.bias.map((value) => Math.round(value * 1000))).toEqual([750, 750, 750]);
  expect(fitted.matrix.flat().every((value) => value === 0)).toBe(true);
});
