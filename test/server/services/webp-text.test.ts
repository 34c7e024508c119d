import { WebpError } from '@unclip-studio/graph-core';
import { decodeImage, encodeImageFile, OutputError, readImageText } from '@unclip-studio/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../support/any-character.js';
import { randomRuns } from '../../support/test-seed.js';

const IMAGE = { width: 2, height: 2, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7) };

// What XML can hold; workflows and receipts are JSON, which escapes all other control characters.
const text = fc.string({ unit: anyCharacter }).map((value) => value.replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/gu, ''));

test('a WebP returns the pixels and the texts that were written', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (workflow, receipt) => {
      const texts = { 'unclip-workflow': workflow, 'unclip-receipt': receipt };

      const { bytes, mediaType } = await encodeImageFile(IMAGE, { format: 'webp', text: texts });

      expect(mediaType).toBe('image/webp');
      expect(Object.fromEntries(readImageText(bytes))).toEqual(texts);
      expect(await decodeImage(bytes, 'it')).toEqual(IMAGE);
    }),
    { numRuns: randomRuns(50), examples: [['</unclip:unclip-workflow>&amp;<![CDATA[', 'a\r\nb']] },
  );
});

test('damage gives a WebpError or texts, never another failure', async () => {
  const { bytes } = await encodeImageFile(IMAGE, { format: 'webp', text: { a: 'b' } });

  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, byte, length) => {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = byte;
      // What does not begin as a WebP is taken for another format.
      damaged.set(bytes.subarray(0, 12));
      try {
        readImageText(damaged.subarray(0, Math.max(12, length)));
      } catch (error) {
        expect(error).toBeInstanceOf(WebpError);
      }
    }),
    { numRuns: randomRuns(1000) },
  );
});

test('the packet of another program holds no texts of ours', async () => {
  const { bytes } = await encodeImageFile(IMAGE, { format: 'webp', text: { a: 'b' } });
  const other = Buffer.from(
    Buffer.from(bytes).toString('latin1').replace('urn:unclip-studio', 'urn:unclip-studiO'),
    'latin1',
  );

  expect(readImageText(other).size).toBe(0);
});

test('an image too large for the format is refused with the way out', async () => {
  const wide = { width: 16_384, height: 1, data: new Uint8Array(3 * 16_384) };

  await expect(encodeImageFile(wide, { format: 'webp', text: {} })).rejects.toThrow(
    new OutputError('A WebP holds at most 16383 px a side, and the image is 16384 x 1 px. Choose the format png.'),
  );
});
