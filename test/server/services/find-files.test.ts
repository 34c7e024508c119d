import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FilePatternError, findImages } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

/** A folder with these files. */
function folderOf(...files: readonly string[]): string {
  const folder = tempFolder();
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

const found = (folder: string, pattern: string) => findImages(pattern, folder)?.map((path) => relative(folder, path));

test('wildcards work as in a shell', () => {
  const folder = folderOf(
    'a1.png',
    'a2.jpg',
    'b1.png',
    'in/a1.png',
    'in/deep/a3.png',
    'a[1].png',
    '.hidden.png',
    'ab.png',
  );

  expect(found(folder, 'a?.png')).toEqual(['a1.png', 'ab.png']);
  expect(found(folder, 'a[0-9].*')).toEqual(['a1.png', 'a2.jpg']);
  expect(found(folder, 'a[!0-9].png')).toEqual(['ab.png']);
  expect(found(folder, '**/a*.png')).toEqual(expect.arrayContaining(['a1.png', 'in/a1.png', 'in/deep/a3.png']));
  expect(found(folder, '**/**/deep/**/*.png')).toEqual(['in/deep/a3.png']);
  expect(found(folder, '*')).not.toContain('.hidden.png');
});

test('a range the wrong way round, and one that is not closed, match nothing else', () => {
  const folder = folderOf('a.png', 'm.png', 'z.png', '[z-.png');

  expect(found(folder, '[z-a].png')).toEqual([]);
  expect(found(folder, '[z-*')).toEqual(['[z-.png']);
});

test('many stars take no longer than few', () => {
  const folder = folderOf(`${'a'.repeat(200)}.png`);

  expect(found(folder, `${'*a'.repeat(60)}b*.png`)).toEqual([]);
  expect(found(folder, `${'*a'.repeat(60)}*.png`)).toHaveLength(1);
});

test('nested folders are visited once each, however often the pattern names them', () => {
  const folder = folderOf(`${'d/'.repeat(60)}cat.png`);

  expect(found(folder, '**/d/**/d/**/d/**/*.png')).toEqual([`${'d/'.repeat(60)}cat.png`]);
});

test('a long path behind a wildcard is put behind each folder once, and not name by name', () => {
  const folder = tempFolder();
  for (let i = 0; i < 1_000; i++) mkdirSync(join(folder, `f${i}`));
  const before = process.cpuUsage();

  expect(findImages(`*/${'no/'.repeat(1_200)}x/*`, folder)).toEqual([]);

  // It took many seconds.
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(2);
});

test('a pattern that visits more than the limit says so', () => {
  expect(() => findImages('/**/**/**/no-such-*.png', '/')).toThrow(FilePatternError);
  expect(() => findImages('/**/no-such-*.png', '/')).toThrow(/more than 100000 files and folders/);
});

test('no file has a name with a NUL', () => {
  expect(findImages('*\0.png', folderOf('a.png'))).toBeUndefined();
});
