import { readdirSync, readFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';
import { decodeImage, encodePng, ImageError, readPngText } from '@unclip-studio/server';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { makePng, pngChunk } from '../../support/make-png.js';
import { randomRuns, testSeed } from '../../support/test-seed.js';

// Made by tools/reference/pictures.py: diffusers 0.42.1, Pillow 13.0.0; every byte has to be equal.
const PICTURES = new URL('../fixtures/pictures/', import.meta.url);
const expected: Readonly<Record<string, { width: number; height: number; rgb: string }>> = JSON.parse(
  readFileSync(new URL('expected.json', PICTURES), 'utf8'),
);

describe('the pixels are those of load_image', () => {
  for (const [name, { width, height, rgb }] of Object.entries(expected)) {
    // The one documented departure; see below.
    if (name === 'gray-16-bit.png') continue;
    test(name, async () => {
      const image = await decodeImage(picture(name), name);

      expect([image.width, image.height]).toEqual([width, height]);
      expect(Buffer.compare(image.data, inflateSync(Buffer.from(rgb, 'base64')))).toBe(0);
    });
  }
});

test('16-bit gray keeps its upper 8 bits', async () => {
  const image = await decodeImage(picture('gray-16-bit.png'), 'gray');

  // The fixture holds 3000 x + 1000 y + 77.
  const upper = (x: number, y: number) => (3000 * x + 1000 * y + 77) >> 8;
  expect([...image.data.subarray(0, 6)]).toEqual([
    upper(0, 0),
    upper(0, 0),
    upper(0, 0),
    upper(1, 0),
    upper(1, 0),
    upper(1, 0),
  ]);
  expect(image.data.at(-1)).toBe(upper(12, 8));
});

describe('what is refused, and the words for it', () => {
  test('a picture that unpacks to 40,000 x 40,000 pixels, without unpacking it', async () => {
    // One bit a pixel: 200 MB of zeros in about 194 kB.
    const bomb = makePng({
      width: 40_000,
      height: 40_000,
      depth: 1,
      colourType: 0,
      data: deflateSync(Buffer.alloc(5001 * 40_000), { level: 9 }),
    });
    expect(bomb.length).toBeLessThan(200_000);
    await decodeImage(picture('rgb.png'), 'loads the library');

    const started = performance.now();
    const message = await refusal(bomb, 'Picture "bomb.png"');

    expect(performance.now() - started).toBeLessThan(50);
    expect(message).toBe(
      'Picture "bomb.png": expected at most 32 megapixels and 16384 px a side, got 40000 x 40000 px. Make it smaller.',
    );
  });

  test('a side of more than 16,384 px, however thin', async () => {
    const thin = makePng({
      width: 16_385,
      height: 1,
      depth: 8,
      colourType: 0,
      data: deflateSync(Buffer.alloc(16_386)),
    });

    expect(await refusal(thin, 'Thin')).toMatch(/got 16385 x 1 px\. Make it smaller\.$/);
  });

  test('an animated WebP', async () => {
    const frames = Buffer.concat([Buffer.alloc(4 * 4 * 3, 10), Buffer.alloc(4 * 4 * 3, 200)]);
    const animation = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .webp({ loop: 0 })
      .toBuffer();

    expect(await refusal(animation, 'Clip')).toBe(
      'Clip: expected one picture, got an animation of 2 frames. Save one of its frames.',
    );
  });

  test('an animated PNG', async () => {
    const control = pngChunk('acTL', Buffer.from([0, 0, 0, 3, 0, 0, 0, 0]));
    const animation = makePng({
      width: 1,
      height: 1,
      depth: 8,
      colourType: 0,
      data: deflateSync(Buffer.alloc(2)),
      extra: control,
    });

    expect(await refusal(animation, 'Clip')).toMatch(/got an animation of 3 frames/);
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0')],
    ['a BMP', Buffer.from('BM      ')],
    ['a TIFF', Buffer.from('II*\0aaaa')],
    ['a PDF', Buffer.from('%PDF-1.7')],
    ['an AVIF', Buffer.from('\0\0\0\x20ftypavif')],
    ['a HEIF picture or a video', Buffer.from('\0\0\0\x20ftypheic')],
    ['an SVG drawing', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a JSON text', Buffer.from('{ "format": "unclip-workflow" }')],
    ['something else', Buffer.from('hello')],
  ])('%s', async (words, bytes) => {
    expect(await refusal(bytes, 'Picture "x"')).toBe(
      `Picture "x": expected a PNG, JPEG or WebP, got ${words}. Save it as one of these.`,
    );
  });

  test('the library itself reads nothing but these formats any more', async () => {
    await decodeImage(picture('rgb.png'), 'sets the library up');

    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).toBuffer()).rejects.toThrow(/unsupported image format/);
    await expect(sharp(new URL('rgb.png', PICTURES).pathname).toBuffer()).rejects.toThrow();
  });

  test.each(['rgb.png', 'interlaced.png', 'subsampled-420.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp'])(
    '%s cut at any length',
    async (name) => {
      const whole = picture(name);
      const lengths = fc.sample(fc.integer({ min: 0, max: whole.length - 1 }), {
        numRuns: randomRuns(40),
        seed: testSeed(),
      });

      for (const length of [0, 1, 8, 33, whole.length - 13, whole.length - 1, ...lengths]) {
        await expect(decodeImage(whole.subarray(0, length), name), `${length} of ${whole.length}`).rejects.toThrow(
          ImageError,
        );
      }
    },
  );

  test('damaged bytes give an ImageError or a picture, never another failure', async () => {
    const names = readdirSync(PICTURES).filter((name) => name !== 'expected.json');

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.infiniteStream(fc.nat(2 ** 31 - 1)), async (name, random) => {
        const bytes = Buffer.from(picture(name));
        for (const value of random) {
          bytes[value % bytes.length] = (value >> 8) & 0xff;
          if (value % 3 === 0) break;
        }
        const image = await decodeImage(bytes, name).catch((error: unknown) => error);
        if (image instanceof Error) expect(image).toBeInstanceOf(ImageError);
        else expect(image).toHaveProperty('data');
      }),
      { numRuns: randomRuns(150) },
    );
  });
});

test('a picture comes back from PNG as it was, with its texts', async () => {
  const image = await decodeImage(picture('subsampled-420.jpg'), 'odd');

  const png = await encodePng(image, { 'unclip-workflow': '{"title":"Fluß – 蛍"}', Author: 'a b' });

  expect(await decodeImage(png, 'again')).toEqual(image);
  expect([...readPngText(png)]).toEqual([
    ['unclip-workflow', '{"title":"Fluß – 蛍"}'],
    ['Author', 'a b'],
  ]);
  // Another reader agrees on the texts.
  const { comments } = await sharp(png).metadata();
  expect(comments).toContainEqual({ keyword: 'unclip-workflow', text: '{"title":"Fluß – 蛍"}' });
});

function picture(name: string): Buffer {
  return readFileSync(new URL(name, PICTURES));
}

async function refusal(bytes: Uint8Array, what: string): Promise<string> {
  const error: unknown = await decodeImage(bytes, what).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImageError);
  return (error as ImageError).message;
}
