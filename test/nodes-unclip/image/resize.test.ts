import { createHash } from 'node:crypto';
import type { RgbImage } from '@unclip-studio/nodes-unclip';
import {
  preprocessClip,
  type ResizeFilter,
  readPreprocessConfig,
  resizeAndCrop,
  resizeBicubic,
  resizePillow,
} from '@unclip-studio/nodes-unclip/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

// That the pixels are Pillow's own is compared in test/parity, stage preprocess.

function flat(width: number, height: number, level: number): RgbImage {
  return { width, height, data: new Uint8Array(3 * width * height).fill(level) };
}

const side = fc.integer({ min: 1, max: 40 });

test('a flat image stays flat at every size', () => {
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

test('an image of the right size is unchanged', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 250, 251, 252) };

  expect(resizeBicubic(image, 2, 1)).toEqual(image);
});

// Pillow 13.0: sha256 of `numpy.array(image.resize(size, filter))`, its first 16 digits, for the image below.
const PILLOW: Readonly<Record<ResizeFilter, readonly string[]>> = {
  box: ['f8e8e105e850e6e4', '2049cf6b18f39c07', 'b387100b65f6f77b', '84b9f56053f0c1b1'],
  bilinear: ['4d74b614dcb0e30d', 'ffcdba432c30587b', '64aec45a35b5f801', 'e56b04d82ec552aa'],
  bicubic: ['124e8cfa7747ea97', '37c473cd8454d654', 'a2de3ad8d80e5bf9', 'b4abd15bc8acd18f'],
  lanczos: ['f56523b1e438fdea', '073d4d9d4f9b98c2', '747c888133189016', '04489b0717e2b809'],
};

test.each(Object.entries(PILLOW))('%s gives the pixels of Pillow, smaller and larger', (filter, digests) => {
  const data = Uint8Array.from({ length: 13 * 9 * 3 }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const sizes = [
    [5, 4],
    [20, 31],
    [13, 4],
    [6, 20],
  ] as const;

  const found = sizes.map(([width, height]) => {
    const resized = resizePillow({ width: 13, height: 9, data }, { width, height, filter: filter as ResizeFilter });
    return createHash('sha256').update(resized.data).digest('hex').slice(0, 16);
  });

  expect(found).toEqual(digests);
});

test('turning an image over turns its resized copy over', () => {
  fc.assert(
    fc.property(side, side, side, side, fc.nat(), (width, height, newWidth, newHeight, seed) => {
      const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => ((i + seed) * 2654435761) >>> 24);

      const mirrored = resizeBicubic(mirror({ width, height, data }), newWidth, newHeight);

      expect(mirrored).toEqual(mirror(resizeBicubic({ width, height, data }, newWidth, newHeight)));
    }),
  );
});

test('the long side is cropped to whole pixels, and the middle is kept', () => {
  const config = readPreprocessConfig({ size: { shortest_edge: 2 }, crop_size: 2 });
  // Three columns of two pixels: left dark, middle gray, right white; already of the short side wanted.
  const columns = [0, 100, 255];
  const data = Uint8Array.from([...columns, ...columns].flatMap((level) => [level, level, level]));

  const { data: cropped } = resizeAndCrop({ width: 3, height: 2, data }, config);

  expect([...cropped.subarray(0, 6)]).toEqual([0, 0, 0, 100, 100, 100]);
});

test('where both sides are named the image is squashed to them', () => {
  const config = readPreprocessConfig({ size: { height: 4, width: 4 }, crop_size: 4 });
  const image = { width: 8, height: 4, data: Uint8Array.from({ length: 96 }, (_, i) => (i * 37) % 256) };

  expect(resizeAndCrop(image, config)).toEqual(resizeBicubic(image, 4, 4));
});

test('a crop beyond the image is black around it', () => {
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
