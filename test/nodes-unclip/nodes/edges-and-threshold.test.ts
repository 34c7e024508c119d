import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { cannyEdgesNode, imageThreshold } from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

/** A gray image of rows of levels. */
function grayImage(rows: readonly (readonly number[])[]): RgbImage {
  const data = Uint8Array.from(rows.flat().flatMap((level) => [level, level, level]));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

async function firstRed(node: typeof imageThreshold | typeof cannyEdgesNode, image: RgbImage, params: object) {
  const { image: images } = await evaluateNode<{ image: readonly RgbImage[] }>(node, { image: [image] }, params);
  const [made] = images as [RgbImage];
  const rows = Array.from({ length: made.height }, (_, y) =>
    Array.from({ length: made.width }, (__, x) => made.data[3 * (y * made.width + x)]),
  );
  return rows;
}

const STEP = Array.from({ length: 5 }, () => [0, 0, 0, 200, 200, 200]);

describe('Canny edges', () => {
  test('a step of brightness is one line, a pixel wide, from border to border', async () => {
    // Of two columns that are equally strong OpenCV keeps the first: it compares with > on one side and >= on the other.
    expect(await firstRed(cannyEdgesNode, grayImage(STEP), {})).toEqual(
      Array.from({ length: 5 }, () => [0, 0, 255, 0, 0, 0]),
    );
  });

  test('a threshold above its strength, which is 4 times the step, leaves nothing', async () => {
    const edges = await firstRed(cannyEdgesNode, grayImage(STEP), { low: 100, high: 800 });

    expect(edges.flat().every((level) => level === 0)).toBe(true);
    expect((await firstRed(cannyEdgesNode, grayImage(STEP), { low: 100, high: 799 })).flat()).toContain(255);
  });

  test('thresholds in the wrong order count in the right one', async () => {
    const image = grayImage(STEP);

    expect(await firstRed(cannyEdgesNode, image, { low: 799, high: 100 })).toEqual(
      await firstRed(cannyEdgesNode, image, { low: 100, high: 799 }),
    );
  });

  test('an edge between colours of one brightness is seen in colour alone', async () => {
    const data = new Uint8Array(5 * 6 * 3);
    // Red 200 and green 102 are equally bright by Pillow's weights.
    for (let i = 0; i < 30; i++) data[3 * i + (i % 6 < 3 ? 0 : 1)] = i % 6 < 3 ? 200 : 102;
    const image = { width: 6, height: 5, data };

    expect((await firstRed(cannyEdgesNode, image, { channels: 'brightness' })).flat()).not.toContain(255);
    expect((await firstRed(cannyEdgesNode, image, { channels: 'colour' })).flat()).toContain(255);
  });
});

test('a threshold makes white what is at least as bright, and the rest black', async () => {
  const image = grayImage([[0, 127, 128, 255]]);

  expect(await firstRed(imageThreshold, image, {})).toEqual([[0, 0, 255, 255]]);
  expect(await firstRed(imageThreshold, image, { threshold: 0 })).toEqual([[255, 255, 255, 255]]);
  expect(await firstRed(imageThreshold, image, { threshold: 255 })).toEqual([[0, 0, 0, 255]]);
});
