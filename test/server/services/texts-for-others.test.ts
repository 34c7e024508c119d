import { readExif, writeExif } from '@unclip-studio/graph-core';
import { decodeImage, encodeImageFile, readComfyText, readImageText } from '@unclip-studio/server';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { randomRuns } from '../../support/test-seed.js';

// The texts that ComfyUI and A1111 read in images, in addition to our own.

const IMAGE = { width: 2, height: 2, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7) };
const PARAMETERS =
  'a lake, Grüße\nNegative prompt: people\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 2x2';
const PROMPT = '{"1":{"class_type":"KSampler","inputs":{}}}';
const TEXTS = {
  'unclip-workflow': '{"title":"mine"}',
  prompt: PROMPT,
  workflow: '{"nodes":[],"links":[]}',
  parameters: PARAMETERS,
};

describe('a PNG', () => {
  test('has other programs’ texts as tEXt, which all of them read, and as iTXt what Latin-1 cannot hold', async () => {
    const { bytes } = await encodeImageFile(IMAGE, { format: 'png', text: { ...TEXTS, mine: '日本' } });

    const { comments } = await sharp(bytes).metadata();
    expect(Object.fromEntries(readImageText(bytes))).toEqual({ ...TEXTS, mine: '日本' });
    expect(Buffer.from(bytes).toString('latin1')).toContain(`tEXtparameters\0${PARAMETERS}`);
    expect(Buffer.from(bytes).toString('latin1')).toContain('iTXtmine\0');
    expect(comments?.find(({ keyword }) => keyword.endsWith('prompt'))?.text).toBe(PROMPT);
    expect(JSON.parse(readComfyText(bytes) ?? '')).toEqual({
      workflow: JSON.parse(TEXTS.workflow),
      prompt: JSON.parse(PROMPT),
    });
  });

  test.each([
    ['only a prompt', { prompt: PROMPT }, PROMPT],
    ['only parameters', { parameters: PARAMETERS }, PARAMETERS],
    ['a text that is called parameters and is none', { parameters: 'about this image' }, undefined],
  ])('with %s', async (_, text, found) => {
    for (const format of ['png', 'webp'] as const) {
      const { bytes } = await encodeImageFile(IMAGE, { format, text });

      expect([format, readComfyText(bytes)]).toEqual([format, found]);
    }
  });
});

test('a WebP has them as EXIF, and our own as XMP as ever', async () => {
  const { bytes } = await encodeImageFile(IMAGE, { format: 'webp', text: TEXTS });

  const { exif, xmp } = await sharp(bytes).metadata();
  expect(xmp?.toString()).toContain('<unclip:unclip-workflow>{"title":"mine"}</unclip:unclip-workflow>');
  const { tags, userComment } = readExif(exif ?? new Uint8Array());
  expect(Object.fromEntries(tags)).toEqual({ 272: `prompt:${PROMPT}`, 271: `workflow:${TEXTS.workflow}` });
  expect(userComment).toBe(PARAMETERS);
  expect(JSON.parse(readComfyText(bytes) ?? '')).toEqual({
    workflow: JSON.parse(TEXTS.workflow),
    prompt: JSON.parse(PROMPT),
  });
  expect(Object.fromEntries(readImageText(bytes))).toEqual({ 'unclip-workflow': '{"title":"mine"}' });
  expect(await decodeImage(bytes, 'it')).toEqual(IMAGE);
});

test('a JPEG of A1111 is read, with its settings in either order of bytes', async () => {
  for (const isLittle of [true, false]) {
    const comment = Buffer.alloc(8 + 2 * PARAMETERS.length);
    comment.write('UNICODE\0', 'latin1');
    for (const [i, letter] of [...PARAMETERS].entries()) {
      if (isLittle) comment.writeUInt16LE(letter.charCodeAt(0), 8 + 2 * i);
      else comment.writeUInt16BE(letter.charCodeAt(0), 8 + 2 * i);
    }
    // Higher byte first: the first directory points to the Exif directory, and that to the comment.
    const head = Buffer.from('4d4d002a00000008' + '0001' + '87690004000000010000001a' + '00000000', 'hex');
    const exif = Buffer.from('0001' + '92860007' + '00000000' + '0000002c' + '00000000', 'hex');
    exif.writeUInt32BE(comment.length, 6);
    const block = Buffer.concat([Buffer.from('Exif\0\0'), head, exif, comment]);
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    const segment = Buffer.from([0xff, 0xe1, (block.length + 2) >> 8, (block.length + 2) & 0xff]);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), segment, block, jpeg.subarray(2)]);

    expect([isLittle, readComfyText(bytes)]).toEqual([isLittle, PARAMETERS]);
    expect(readComfyText(jpeg)).toBe(undefined);
  }
});

test('EXIF that was written is read as it was, and any other bytes without a failure', () => {
  const text = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((value) => !value.includes('\0'));
  fc.assert(
    fc.property(
      fc.dictionary(fc.integer({ min: 1, max: 0x8000 }).map(String), text),
      fc.option(text),
      (tags, comment) => {
        const facts = {
          tags: new Map(Object.entries(tags).map(([tag, value]) => [Number(tag), value])),
          ...(comment === null ? {} : { userComment: comment }),
        };

        expect(readExif(writeExif(facts))).toEqual(facts);
      },
    ),
    { numRuns: randomRuns(100) },
  );
  const block = writeExif({ tags: new Map([[0x0110, 'prompt:{}']]), userComment: 'x' });
  fc.assert(
    fc.property(fc.nat(block.length - 1), fc.nat(255), fc.nat(block.length), (at, value, length) => {
      const bytes = block.slice(0, length);
      if (at < length) bytes[at] = value;
      expect(readExif(bytes).tags).toBeInstanceOf(Map);
    }),
    { numRuns: randomRuns(500) },
  );
});
