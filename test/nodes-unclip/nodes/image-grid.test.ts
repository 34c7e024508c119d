import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { imageGridNode } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

function flat(width: number, height: number, level: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(level) };
}

async function grid(inputs: object, params: object = {}): Promise<RgbImage> {
  const { image } = await evaluateNode<{ image: readonly [RgbImage] }>(imageGridNode, inputs, params);
  return image[0];
}

const levelAt = ({ width, data }: RgbImage, x: number, y: number) => data[3 * (y * width + x)];

test('images are arranged row by row, each in the middle of a cell', async () => {
  const image = [flat(4, 4, 10), flat(4, 4, 20), flat(2, 2, 30)];

  const result = await grid({ image }, { gap: 1, ground: 'black' });

  expect([result.width, result.height]).toEqual([11, 11]);
  expect([levelAt(result, 1, 1), levelAt(result, 6, 4), levelAt(result, 0, 0)]).toEqual([10, 20, 0]);
  expect([levelAt(result, 1, 6), levelAt(result, 2, 7), levelAt(result, 3, 8), levelAt(result, 4, 9)]).toEqual([
    0, 30, 30, 0,
  ]);
});

test('more images come after the first ones', async () => {
  const result = await grid(
    { image: [flat(2, 2, 1)], image2: [flat(2, 2, 2)], image4: [flat(2, 2, 4)] },
    { columns: 9, gap: 0 },
  );

  expect([result.width, result.height]).toEqual([6, 2]);
  expect([0, 2, 4].map((x) => levelAt(result, x, 0))).toEqual([1, 2, 4]);
});

test('a label is written below its image, and cut if there is no room', async () => {
  const image = [flat(24, 8, 128), flat(24, 8, 128)];

  const result = await grid({ image }, { columns: 2, gap: 0, labels: 'L\nlong words' });

  // The five columns of "L", seven pixels high, two below the image; the other cell has letters all along.
  const rows = Array.from({ length: 8 }, (_, y) =>
    Array.from({ length: 6 }, (_, x) => (levelAt(result, x, 10 + y) === 0 ? '#' : '.')).join(''),
  );
  expect([result.width, result.height]).toEqual([48, 18]);
  expect(rows).toEqual([...Array.from({ length: 6 }, () => '#.....'), '#####.', '......']);
  expect(Array.from({ length: 24 }, (_, x) => levelAt(result, 24 + x, 16)).filter((level) => level === 0)).not.toEqual(
    [],
  );
});

test('without labels no room is reserved', async () => {
  expect((await grid({ image: [flat(8, 8, 1)] }, { gap: 0 })).height).toBe(8);
});
