import { tensor } from '@unclip-studio/nodes-unclip';
import { ShapeError, toUint8Images, toUnitNhwc } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

test('channels come together, one image a row', () => {
  const decoded = tensor([2, 3, 1, 2], Float32Array.of(-1, 1, 0, 0, 1, -1, 1, 1, 1, 1, 1, 1));

  const images = toUint8Images(decoded);

  expect(images.map(({ width, height }) => [width, height])).toEqual([
    [2, 1],
    [2, 1],
  ]);
  // 0 lies half way between two levels, and 128 is the even one.
  expect([...(images[0]?.data ?? [])]).toEqual([0, 128, 255, 255, 128, 0]);
});

test('halves go to the even level, values beyond -1..1 to the nearest end, NaN to black', () => {
  const atLevel = (level: number) => (level / 255) * 2 - 1;
  const decoded = tensor([1, 3, 1, 2], Float32Array.of(-9, 9, atLevel(7), atLevel(201), Number.NaN, 0));

  const [image] = toUint8Images(decoded);

  expect([...(image?.data ?? [])]).toEqual([0, 7, 0, 255, 201, 128]);
});

test('the same image as numbers is in 0..1', () => {
  const decoded = tensor([1, 3, 1, 1], Float32Array.of(-2, 0.5, 1));

  const { dims, data } = toUnitNhwc(decoded);

  expect(dims).toEqual([1, 1, 1, 3]);
  expect([...data]).toEqual([0, 0.75, 1]);
});

test('a tensor without three channels is refused', () => {
  const decoded = tensor([1, 4, 1, 1], new Float32Array(4));

  expect(() => toUint8Images(decoded)).toThrow(
    new ShapeError('decoded image: expected [n, 3, H, W], got [1, 4, 1, 1]'),
  );
});
