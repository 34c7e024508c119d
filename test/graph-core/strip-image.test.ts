import {
  findWebpChunk,
  insertPngText,
  isStrippable,
  pngChunks,
  stripImage,
  XMP_KEYWORD,
  xmpOf,
} from '@unclip-studio/graph-core';
import sharp from 'sharp';
import { expect, test } from 'vitest';

const SECRET = 'a secret prompt, seed 12345, beach-holiday.jpg';
const MARKING = {
  digitalSourceType: 'trainedAlgorithmicMedia',
  tool: 'unclip-studio 1.0',
  models: ['emoji-unclip', 'A & B'],
} as const;
const PIXELS = { create: { width: 9, height: 7, channels: 3, background: '#204060' } } as const;

const pixelsOf = async (image: Uint8Array) => (await sharp(image).raw().toBuffer()).toString('hex');
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

test('a PNG keeps its pixels, its density and its marking, and loses its texts, EXIF and time', async () => {
  const plain = await sharp(PIXELS).withMetadata({ density: 144 }).png().toBuffer();
  const withExif = await sharp(plain)
    .withExif({ IFD0: { ImageDescription: SECRET } })
    .png()
    .toBuffer();
  const image = insertPngText(new Uint8Array(withExif), {
    'unclip-workflow': SECRET,
    parameters: SECRET,
    [XMP_KEYWORD]: xmpOf({ receipt: SECRET }, MARKING),
  });

  const stripped = stripImage(image);

  expect(textOf(image)).toContain('secret');
  expect(textOf(stripped)).not.toMatch(/secret|12345|holiday/);
  expect(await pixelsOf(stripped)).toBe(await pixelsOf(image));
  expect([...pngChunks(stripped)].map(({ type }) => type)).toEqual(['IHDR', 'iTXt', 'pHYs', 'IDAT', 'IEND']);
  const { xmpAsString } = (await sharp(stripped).metadata()) as { xmpAsString?: string };
  expect(xmpAsString).toBe(xmpOf({}, MARKING));
});

test('a WebP keeps its pixels and its marking, and loses texts and EXIF', async () => {
  const xmp = xmpOf({ 'unclip-workflow': SECRET }, MARKING);
  const image = await sharp(PIXELS)
    .withExif({ IFD0: { ImageDescription: SECRET } })
    .withXmp(xmp)
    .webp({ lossless: true })
    .toBuffer();

  const stripped = stripImage(new Uint8Array(image));

  expect(textOf(image)).toContain('secret');
  expect(textOf(stripped)).not.toMatch(/secret|12345|holiday/);
  expect(await pixelsOf(stripped)).toBe(await pixelsOf(image));
  expect(Buffer.from(findWebpChunk(stripped, 'XMP ') ?? []).toString()).toBe(xmpOf({}, MARKING));
  const { exif } = await sharp(stripped).metadata();
  expect(exif).toBeUndefined();
});

test('an image without a marking gets none, and stripping again changes nothing', async () => {
  const png = insertPngText(new Uint8Array(await sharp(PIXELS).png().toBuffer()), { parameters: SECRET });
  const webp = new Uint8Array(
    await sharp(PIXELS)
      .withXmp(xmpOf({ parameters: SECRET }))
      .webp()
      .toBuffer(),
  );

  for (const image of [png, webp]) {
    const stripped = stripImage(image);
    expect(textOf(stripped)).not.toMatch(/secret|trained/i);
    expect(stripImage(stripped)).toEqual(stripped);
  }
});

test('what is neither PNG nor WebP, or is cut off, is refused', async () => {
  const jpeg = new Uint8Array(await sharp(PIXELS).jpeg().toBuffer());
  const webp = new Uint8Array(await sharp(PIXELS).webp().toBuffer());

  expect(() => stripImage(jpeg)).toThrow('does not begin as a WebP does');
  expect(() => stripImage(webp.subarray(0, 30))).toThrow('the file ends before');
  expect(['image/png', 'image/webp', 'image/jpeg'].map(isStrippable)).toEqual([true, true, false]);
});
