import { readdirSync, readFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';
import {
  checkImage,
  decodeAlpha,
  decodeImage,
  encodePng,
  ImageError,
  type RgbImage,
  readPngText,
  sha256,
} from '@unclip-studio/server';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { makePng, pngChunk } from '../../support/make-png.js';
import { randomRuns, testSeed } from '../../support/test-seed.js';

// Made by tools/reference/pictures.py: diffusers 0.42.1, Pillow 13.0.0; every byte has to be equal.
const IMAGES = new URL('../fixtures/pictures/', import.meta.url);
const expected: Readonly<Record<string, { width: number; height: number; rgb: string }>> = JSON.parse(
  readFileSync(new URL('expected.json', IMAGES), 'utf8'),
);

describe('the pixels are those of load_image', () => {
  for (const [name, { width, height, rgb }] of Object.entries(expected)) {
    // The one documented departure; see below.
    if (name === 'gray-16-bit.png') continue;
    test(name, async () => {
      const image = await decodeImage(readFixture(name), name);

      expect([image.width, image.height]).toEqual([width, height]);
      expect(Buffer.compare(image.data, inflateSync(Buffer.from(rgb, 'base64')))).toBe(0);
    });
  }
});

test('16-bit gray keeps its upper 8 bits', async () => {
  const image = await decodeImage(readFixture('gray-16-bit.png'), 'gray');

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

// Made by tools/reference/odd_pictures.py: Pillow 13.0.0; null where Pillow refuses the file too.
const ODD = new URL('../fixtures/odd-pictures/', import.meta.url);
const oddExpected: Readonly<Record<string, { width: number; height: number; sha256: string } | null>> = JSON.parse(
  readFileSync(new URL('expected.json', ODD), 'utf8'),
);

describe('what breaks a rule gives the pixels that Pillow gives, or is refused where Pillow refuses', () => {
  test.each(Object.entries(oddExpected))('%s', async (name, expected) => {
    const bytes = readFileSync(new URL(name, ODD));
    const image = await decodeImage(bytes, name).catch((error: unknown) => error);
    const whole = await checkImage(bytes, name).then(
      () => true,
      () => false,
    );

    // If the file claims to be complete, only decoding can tell.
    expect(whole).toBe(expected !== null || name.startsWith('refused-pixels-'));
    if (expected === null) return expect(image).toBeInstanceOf(ImageError);
    const { width, height, data } = image as RgbImage;
    expect({ width, height, sha256: sha256(data) }).toEqual(expected);
  });

  test('what is transparent is turned with its image', async () => {
    const rgba = await sharp(Buffer.from([1, 2, 3, 10, 4, 5, 6, 20]), { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const turn = pngChunk(
      'eXIf',
      Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0', 'latin1'),
    );
    const end = rgba.length - 12;

    const alpha = await decodeAlpha(Buffer.concat([rgba.subarray(0, end), turn, rgba.subarray(end)]));

    expect([alpha.width, alpha.height, ...alpha.data]).toEqual([1, 2, 20, 10]);
  });
});

test('texts that would unpack to hundreds of megabytes are not unpacked', async () => {
  const text = deflateSync(Buffer.alloc(15 * 2 ** 20, 97));
  const chunks = Array.from({ length: 30 }, (_, i) =>
    pngChunk('zTXt', Buffer.concat([Buffer.from(`text${i}\0\0`), text])),
  );
  const profile = pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), text]));
  const extra = Buffer.concat([...chunks, profile]);
  const png = makePng({ width: 1, height: 1, depth: 8, colourType: 0, data: deflateSync(Buffer.alloc(2)), extra });
  await decodeImage(readFixture('rgb.png'), 'loads the library');
  const before = process.resourceUsage().maxRSS;

  expect(await decodeImage(png, 'Bomb')).toEqual({ width: 1, height: 1, data: new Uint8Array(3) });

  expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(100);
});

longTest('a photo of 48 megapixels is decoded whole, and a limit of the operator holds', async () => {
  const photo = await sharp({ create: { width: 8000, height: 6000, channels: 3, background: '#c63' } })
    .jpeg()
    .toBuffer();

  const { width, height, data } = await decodeImage(photo, 'Photo');

  expect([width, height, data.length]).toEqual([8000, 6000, 8000 * 6000 * 3]);
  await expect(decodeImage(photo, 'Photo', { maxPixels: 40e6 })).rejects.toThrow(
    'Photo: expected at most 40 megapixels and 65535 px a side, got 8000 x 6000 px (48 megapixels). Make it smaller, or start with a higher --max-megapixels.',
  );
});

describe('what is refused, and the words for it', () => {
  test('an image that unpacks to 40,000 x 40,000 pixels, without unpacking it', async () => {
    // One bit a pixel: 200 MB of zeros in about 194 kB.
    const bomb = makePng({
      width: 40_000,
      height: 40_000,
      depth: 1,
      colourType: 0,
      data: deflateSync(Buffer.alloc(5001 * 40_000), { level: 9 }),
    });
    expect(bomb.length).toBeLessThan(200_000);
    await decodeImage(readFixture('rgb.png'), 'loads the library');

    const started = performance.now();
    const message = await refusal(bomb, 'Image "bomb.png"');

    expect(performance.now() - started).toBeLessThan(50);
    expect(message).toBe(
      'Image "bomb.png": expected at most 100 megapixels and 65535 px a side, got 40000 x 40000 px (1600 megapixels). Make it smaller, or start with a higher --max-megapixels.',
    );
  });

  test('a side of more than 65,535 px, however thin', async () => {
    const thin = makePng({
      width: 65_536,
      height: 1,
      depth: 8,
      colourType: 0,
      data: deflateSync(Buffer.alloc(65_537)),
    });

    expect(await refusal(thin, 'Thin')).toMatch(/got 65536 x 1 px \(0\.1 megapixels\)\. Make it smaller/);
  });

  test('an animated WebP', async () => {
    const frames = Buffer.concat([Buffer.alloc(4 * 4 * 3, 10), Buffer.alloc(4 * 4 * 3, 200)]);
    const animation = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .webp({ loop: 0 })
      .toBuffer();

    expect(await refusal(animation, 'Clip')).toBe(
      'Clip: expected an image, got an animation of 2 frames. Save one of its frames.',
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
    ['a HEIF image or a video', Buffer.from('\0\0\0\x20ftypheic')],
    ['an SVG drawing', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a JSON text', Buffer.from('{ "format": "unclip-workflow" }')],
    ['something else', Buffer.from('hello')],
  ])('%s', async (words, bytes) => {
    expect(await refusal(bytes, 'Image "x"')).toBe(
      `Image "x": expected a PNG, JPEG or WebP, got ${words}. Save it as one of these.`,
    );
  });

  test('the library itself reads nothing but these formats any more', async () => {
    await decodeImage(readFixture('rgb.png'), 'sets the library up');

    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).toBuffer()).rejects.toThrow(/unsupported image format/);
    await expect(sharp(new URL('rgb.png', IMAGES).pathname).toBuffer()).rejects.toThrow();
  });

  test.each(['rgb.png', 'interlaced.png', 'subsampled-420.jpg', 'progressive.jpg', 'lossy.webp', 'lossless.webp'])(
    '%s cut at any length',
    async (name) => {
      const whole = readFixture(name);
      const lengths = fc.sample(fc.integer({ min: 0, max: whole.length - 1 }), {
        numRuns: randomRuns(40),
        seed: testSeed(),
      });

      // A PNG may end behind its pixels: 12 bytes of its end, a checksum of 4, and zlib's of 4.
      const needed = whole.length - (name.endsWith('.png') ? 21 : 0);
      for (const length of [0, 1, 8, 33, needed - 13, needed - 1, ...lengths.map((one) => one % needed)]) {
        await expect(decodeImage(whole.subarray(0, length), name), `${length} of ${whole.length}`).rejects.toThrow(
          ImageError,
        );
      }
    },
  );

  test('damaged bytes give an ImageError or an image, never another failure', async () => {
    const names = readdirSync(IMAGES).filter((name) => name !== 'expected.json');

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.infiniteStream(fc.nat(2 ** 31 - 1)), async (name, random) => {
        const bytes = Buffer.from(readFixture(name));
        for (const value of random) {
          bytes[value % bytes.length] = (value >> 8) & 0xff;
          if (value % 3 === 0) break;
        }
        const image = await decodeImage(bytes, name).catch((error: unknown) => error);
        if (image instanceof Error) expect(image).toBeInstanceOf(ImageError);
        else expect(image).toHaveProperty('data');
      }),
      { numRuns: randomRuns(75) },
    );
  });
});

test('an image comes back from PNG as it was, with its texts', async () => {
  const image = await decodeImage(readFixture('subsampled-420.jpg'), 'odd');

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

function readFixture(name: string): Buffer {
  return readFileSync(new URL(name, IMAGES));
}

async function refusal(bytes: Uint8Array, what: string): Promise<string> {
  const error: unknown = await decodeImage(bytes, what).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImageError);
  return (error as ImageError).message;
}
