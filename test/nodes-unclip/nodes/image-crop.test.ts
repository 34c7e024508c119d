import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { imageCrop } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

const image: RgbImage = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };

const crop = (params: object) => evaluateNode<{ image: readonly RgbImage[] }>(imageCrop, { image: [image] }, params);

test('a rectangle is cut out, 0 meaning up to the edge', async () => {
  expect((await crop({ left: 1, top: 1, width: 1, height: 1 })).image).toEqual([
    { width: 1, height: 1, data: Uint8Array.of(12, 13, 14) },
  ]);
  expect((await crop({ left: 2 })).image).toEqual([{ width: 1, height: 2, data: Uint8Array.of(6, 7, 8, 15, 16, 17) }]);
});

test('a rectangle that leaves the image is refused', async () => {
  await expect(crop({ left: 2, width: 2 })).rejects.toThrow(
    'ImageCrop: a rectangle from 2, 0 of 2 x any height px is not inside an image of 3 x 2 px. ' +
      'Move it or make it smaller.',
  );
  await expect(crop({ left: 3 })).rejects.toThrow('is not inside an image');
});

test.each([
  // ComfyUI holds the corner inside, and cuts off what lies beyond the edges.
  [{ left: 2, width: 2 }, { left: 2 }],
  [
    { left: 3, top: 9, width: 8, height: 8 },
    { left: 2, top: 1 },
  ],
  [{ width: 512, height: 512 }, {}],
])('as in ComfyUI a rectangle %j is cut off at the edges', async (params, inside) => {
  expect(await crop({ ...params, numerics: 'comfyui' })).toEqual(await crop(inside));
});
