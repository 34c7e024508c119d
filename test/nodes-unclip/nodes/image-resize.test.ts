import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { imageResize } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

// That the pixels are Pillow's own is tested in image/resize.test.ts.

const wide: RgbImage = { width: 40, height: 20, data: Uint8Array.from({ length: 2400 }, (_, i) => (i % 120) * 2) };

async function sizeOf(params: object): Promise<readonly number[]> {
  const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(imageResize, { image: [wide] }, params);
  return image.flatMap(({ width, height, data }) => [width, height, data.length / 3 / width / height]);
}

test.each([
  [{ width: 20, height: 0 }, [20, 10, 1]],
  [{ width: 0, height: 30 }, [60, 30, 1]],
  [{ width: 0, height: 0 }, [40, 20, 1]],
  [{ width: 0, height: 0, scale: 1.5 }, [60, 30, 1]],
  [{ width: 0, height: 0, scale: 0.01 }, [1, 1, 1]],
  [{ width: 20, height: 0, scale: 1.5 }, [20, 10, 1]],
  [{ width: 9, height: 33 }, [9, 33, 1]],
  [{ width: 30, height: 30, fit: 'inside' }, [30, 15, 1]],
  [{ width: 30, height: 30, fit: 'cover' }, [30, 30, 1]],
])('%j gives %j', async (params, expected) => {
  expect(await sizeOf(params)).toEqual(expected);
});

test('cover crops the overlap equally at both ends', async () => {
  const params = { width: 20, height: 20, fit: 'cover' };
  const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(imageResize, { image: [wide] }, params);

  expect(image[0]?.data.slice(0, 3)).toEqual(wide.data.slice(30, 33));
});
