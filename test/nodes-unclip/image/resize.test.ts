import {
  preprocessClip,
  type RgbImage,
  readPreprocessConfig,
  resizeAndCrop,
  resizeBicubic,
} from '@unclip-studio/nodes-unclip';
import fc from 'fast-check';
import { expect, test } from 'vitest';

// That the pixels are Pillow's own is compared in test/parity, stage preprocess.

function flat(width: number, height: number, level: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(level) };
}

const side = fc.integer({ min: 1, max: 40 });

test('a flat picture stays flat at every size', () => {
  fc.assert(
    fc.property(
      side,
      side,
      side,
      side,
      fc.integer({ min: 0, max: 255 }),
      (width, height, newWidth, newHeight, level) => {
        const resized = resizeBicubic(flat(width, height, level), newWidth, newHeight);

        expect(resized).toEqual(flat(newWidth, newHeight, level));
      },
    ),
  );
});

test('a picture of the wanted size is left alone', () => {
  const picture = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 250, 251, 252) };

  expect(resizeBicubic(picture, 2, 1)).toEqual(picture);
});

test('turning a picture over turns its resized copy over', () => {
  fc.assert(
    fc.property(side, side, side, side, fc.nat(), (width, height, newWidth, newHeight, seed) => {
      const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => ((i + seed) * 2654435761) >>> 24);

      const mirrored = resizeBicubic(mirror({ width, height, data }), newWidth, newHeight);

      expect(mirrored).toEqual(mirror(resizeBicubic({ width, height, data }, newWidth, newHeight)));
    }),
  );
});

test('the long side is cut off to whole pixels, and the middle is kept', () => {
  const config = readPreprocessConfig({ size: { shortest_edge: 2 }, crop_size: 2 });
  // Three columns of two pixels: left dark, middle gray, right white; already of the short side wanted.
  const columns = [0, 100, 255];
  const data = Uint8Array.from([...columns, ...columns].flatMap((level) => [level, level, level]));

  const { data: cropped } = resizeAndCrop({ width: 3, height: 2, data }, config);

  expect([...cropped.subarray(0, 6)]).toEqual([0, 0, 0, 100, 100, 100]);
});

test('a crop beyond the picture is black around it', () => {
  const config = readPreprocessConfig({ size: 2, crop_size: 4 });

  const { data } = resizeAndCrop(flat(2, 2, 9), config);

  const reds = [...data].filter((_, i) => i % 3 === 0);
  expect(reds).toEqual([0, 0, 0, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 0, 0, 0]);
});

test('pixels are planes of normalised channels', () => {
  const config = readPreprocessConfig({ size: 1, crop_size: 1, image_mean: [0, 0.5, 1], image_std: [1, 0.5, 2] });

  const { dims, data } = preprocessClip({ width: 1, height: 1, data: Uint8Array.of(255, 255, 0) }, config);

  expect(dims).toEqual([1, 3, 1, 1]);
  expect([...data]).toEqual([1, 1, -0.5]);
});

function mirror({ width, height, data }: RgbImage): RgbImage {
  const pixels = Array.from({ length: width * height }, (_, i) => data.subarray(3 * i, 3 * i + 3));
  const rows = Array.from({ length: height }, (_, y) => pixels.slice(y * width, (y + 1) * width).reverse());
  return { width, height, data: Uint8Array.from(rows.flat().flatMap((pixel) => [...pixel])) };
}
