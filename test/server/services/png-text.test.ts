import { deflateSync } from 'node:zlib';
import { insertPngText, PngError } from '@unclip-studio/graph-core';
import { readPngText } from '@unclip-studio/server';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePng, pngChunk } from '../../support/make-png.js';
import { randomRuns } from '../../support/test-seed.js';

const zero = Buffer.from([0]);
const WORD = fc.stringMatching(/^[A-Za-z0-9]([ -~]{0,77}[A-Za-z0-9])?$/);

test('every text comes back under its keyword', () => {
  fc.assert(
    fc.property(fc.dictionary(WORD, fc.string({ unit: 'grapheme' }), { maxKeys: 5 }), (texts) => {
      const read = readPngText(insertPngText(tinyPng(), texts));

      expect(Object.fromEntries(read)).toEqual({ ...texts });
    }),
  );
});

test('the rest of the file stays as it was', () => {
  const png = tinyPng();

  const withText = insertPngText(png, { note: 'hello' });

  const chunk = pngChunk('iTXt', Buffer.from('note\0\0\0\0\0hello'));
  expect(Buffer.from(withText)).toEqual(Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]));
});

test('texts are read in all three forms, and of two with one keyword the first counts', () => {
  const png = tinyPng(
    pngChunk('tEXt', Buffer.from('plain\0caf\xe9', 'latin1')),
    pngChunk('zTXt', Buffer.concat([Buffer.from('packed\0\0'), deflateSync(Buffer.from('na\xefve', 'latin1'))])),
    pngChunk('iTXt', Buffer.concat([Buffer.from('both\0\x01\0de\0Beides\0'), deflateSync(Buffer.from('Größe 蛍'))])),
    pngChunk('tEXt', Buffer.from('plain\0again')),
  );

  expect([...readPngText(png)]).toEqual([
    ['plain', 'café'],
    ['packed', 'naïve'],
    ['both', 'Größe 蛍'],
  ]);
});

test('only the requested texts are decompressed, so that damage in others does not matter', () => {
  const bomb = Buffer.concat([Buffer.from('other\0\0'), deflateSync(Buffer.alloc(64 * 2 ** 20))]);
  const damaged = pngChunk('tEXt', Buffer.from('third\0x'));
  damaged[14] = 0x21;
  const png = tinyPng(pngChunk('zTXt', bomb), damaged, pngChunk('tEXt', Buffer.from('mine\0yes')));

  expect([...readPngText(png, ['mine', 'none'])]).toEqual([['mine', 'yes']]);
});

test('texts that are small one by one and too large together are refused', () => {
  const text = deflateSync(Buffer.alloc(15 * 2 ** 20));
  const chunks = Array.from({ length: 5 }, (_, i) => pngChunk('zTXt', Buffer.concat([Buffer.from(`${i}\0\0`), text])));

  expect(() => readPngText(tinyPng(...chunks))).toThrow(new PngError('its texts hold more than 64 MiB'));
});

test('texts are read of a PNG that ends with its pixels, or in them', () => {
  const png = tinyPng(pngChunk('tEXt', Buffer.from('mine\0yes')));

  for (const cut of [1, 12, 16, 18])
    expect([...readPngText(png.subarray(0, -cut))], `${cut}`).toEqual([['mine', 'yes']]);
});

describe('what is refused', () => {
  test.each([
    ['no PNG', Buffer.from('hello, world, this is no image'), 'the file does not begin as a PNG does'],
    [
      'a file without pixels',
      tinyPng().subarray(0, tinyPng().indexOf('IDAT') - 4),
      'the file ends before the image does',
    ],
    [
      'a chunk longer than the file',
      lyingPng(),
      'its tEXt chunk needs 4294967295 bytes, and the file ends before them',
    ],
    ['a damaged text', damagedText(), 'its tEXt chunk is damaged'],
    ['a text without its zero', tinyPng(pngChunk('tEXt', Buffer.from('key'))), 'its tEXt chunk ends too early'],
    ['a text cut in its fields', tinyPng(pngChunk('iTXt', Buffer.from('key\0'))), 'its iTXt chunk ends too early'],
    [
      'broken compression',
      tinyPng(pngChunk('zTXt', Buffer.from('key\0\0nonsense'))),
      'its zTXt chunk cannot be unpacked',
    ],
    [
      'unknown compression',
      tinyPng(pngChunk('zTXt', Buffer.from('key\0\x07x'))),
      'its zTXt chunk is compressed by an unknown method (7)',
    ],
    [
      'a small chunk of 64 MiB',
      tinyPng(pngChunk('zTXt', Buffer.concat([Buffer.from('key\0'), zero, deflateSync(Buffer.alloc(64 * 2 ** 20))]))),
      'its zTXt chunk holds more than 16 MiB of text',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readPngText(bytes)).toThrow(new PngError(message));
  });

  test('any other damage gives a PngError or texts, never another failure', () => {
    const png = insertPngText(
      tinyPng(pngChunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.from('b'))]))),
      { c: 'd' },
    );

    fc.assert(
      fc.property(fc.nat(png.length - 1), fc.nat(255), fc.nat(png.length), (at, byte, length) => {
        const damaged = Buffer.from(png);
        damaged[at] = byte;
        try {
          readPngText(damaged.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(PngError);
        }
      }),
      { numRuns: randomRuns(700) },
    );
  });

  test('a keyword that PNG does not allow is our own mistake', () => {
    for (const keyword of ['', ' a', 'a ', 'a\0b', 'ключ', 'a'.repeat(80)]) {
      expect(() => insertPngText(tinyPng(), { [keyword]: '' })).toThrow(/^Internal error/);
    }
  });
});

function tinyPng(...extra: readonly Buffer[]): Buffer {
  return makePng({
    width: 1,
    height: 1,
    depth: 8,
    colourType: 0,
    data: deflateSync(Buffer.alloc(2)),
    extra: Buffer.concat(extra),
  });
}

function lyingPng(): Buffer {
  const png = tinyPng(pngChunk('tEXt', Buffer.from('a\0b')));
  png.writeUInt32BE(0xffffffff, 33);
  return png;
}

function damagedText(): Buffer {
  const png = tinyPng(pngChunk('tEXt', Buffer.from('a\0b')));
  png[43] = 0x21;
  return png;
}
