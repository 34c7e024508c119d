import { deflateRawSync } from 'node:zlib';
import { isWhole, readZip, ZipError, ZipWriter } from '@unclip-studio/graph-core';
import { readZipDirectory } from '@unclip-studio/nodes-unclip';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const AT = new Date(2026, 10, 30, 8, 59, 30);
const text = (words: string) => new TextEncoder().encode(words);

function zipOf(files: readonly (readonly [name: string, bytes: Uint8Array])[]): Uint8Array {
  const zip = new ZipWriter();
  const parts = files.flatMap(([name, bytes]) => [zip.add(name, bytes, AT), bytes]);
  return new Uint8Array(Buffer.concat([...parts, zip.finish()]));
}

test('what was put into an archive is read from it, whatever the names and bytes', () => {
  const file = fc.tuple(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }),
  );
  fc.assert(
    fc.property(fc.uniqueArray(file, { maxLength: 8, selector: ([name]) => name }), (files) => {
      const kept = files.filter(([name]) => !name.endsWith('/'));
      const read = readZip(zipOf(kept), { entries: 100 });

      expect(read.map(({ name, packed }) => [name, [...packed]])).toEqual(
        kept.map(([name, bytes]) => [name, [...bytes]]),
      );
      expect(read.every((one) => isWhole(one, one.packed))).toBe(true);
    }),
  );
});

test('the reader of checkpoints finds the same files at the same places', async () => {
  const bytes = zipOf([
    ['workflow.json', text('{}')],
    ['images/ä.png', text('pixels')],
  ]);

  const entries = await readZipDirectory({
    name: 'a.zip',
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  });

  expect(entries).toMatchObject([
    { name: 'workflow.json', length: 2, packedLength: 2, method: 0, problem: null },
    { name: 'images/ä.png', length: 6, packedLength: 6, method: 0, problem: null },
  ]);
});

test('a name that is taken gets a number before its ending', () => {
  const bytes = zipOf([
    ['a.png', text('1')],
    ['a.png', text('2')],
    ['a.png', text('3')],
    ['folder.x/a', text('4')],
    ['folder.x/a', text('5')],
  ]);

  expect(readZip(bytes, { entries: 9 }).map(({ name }) => name)).toEqual([
    ...['a.png', 'a (2).png', 'a (3).png', 'folder.x/a', 'folder.x/a (2)'],
  ]);
});

test('an archive that is cut off, damaged, no archive or too full is refused', () => {
  const bytes = zipOf([['a.txt', text('some words')]]);
  const changed = (at: number) => bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte));

  expect(() => readZip(bytes.subarray(0, bytes.length - 1), { entries: 9 })).toThrow(ZipError);
  expect(() => readZip(text('no archive'), { entries: 9 })).toThrow('it has no directory');
  expect(() => readZip(bytes, { entries: 0 })).toThrow('the limit is 0');
  // The first bytes are the header of the file; those behind it its content.
  expect(() => readZip(changed(0), { entries: 9 })).toThrow('leads to no file');
  const [damaged] = readZip(changed(36), { entries: 9 });
  expect(damaged && isWhole(damaged, damaged.packed)).toBe(false);
});

test('a deflated file is handed over packed, and is whole once it is unpacked', () => {
  const content = text('again and again and again and again');
  const packed = new Uint8Array(deflateRawSync(content));
  const bytes = zipOf([['a.txt', packed]]);
  const [stored] = readZip(bytes, { entries: 9 });
  const [whole] = readZip(zipOf([['a.txt', content]]), { entries: 9 });
  if (stored === undefined || whole === undefined) throw new Error('An archive of one file has one.');

  const deflated = { ...stored, method: 8, sizeBytes: whole.sizeBytes, crc: whole.crc };

  expect(isWhole(deflated, content)).toBe(true);
  expect(isWhole(deflated, packed)).toBe(false);
});
