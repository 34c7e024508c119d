import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { createImageStore, ImageError } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { makePng, pngChunk } from '../../support/make-png.js';
import { tempFolder } from '../../support/temp-folder.js';

const IMAGES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));
const FIXTURE = join(IMAGES, 'rgb.png');

test('a name is searched in the folders in order', async () => {
  const { first, second } = twoFolders();
  writeFileSync(join(first, 'both.png'), image('one'));
  writeFileSync(join(second, 'both.png'), image('two'));
  mkdirSync(join(second, 'animals'));
  writeFileSync(join(second, 'animals', 'cat.png'), image('cat'));
  const store = createImageStore([join(first, 'not-there'), first, second]);

  expect(await store.identify('both.png')).toBe(sha256(image('one')));
  expect(await store.identify('animals/cat.png')).toBe(sha256(image('cat')));
});

// Made by tools/reference/odd_pictures.py. What version 0.1 did not turn, and results of it that were kept lie on their side.
test.each([
  ['p15-raw-profile-exif.png', 'orientation 8'],
  ['chunk-behind.png', 'orientation 6'],
  ['chunk-with-prefix.png', 'orientation 2'],
  ['profile-packed.png', 'orientation 8'],
  ['xmp-orientation.jpg', 'orientation 6'],
  ['xmp-orientation.webp', 'orientation 6'],
  ['xmp-orientation.png', 'orientation 6'],
  ['chunk-before.png', ''],
  ['chunk-long.png', ''],
  ['chunk-orientation-9.png', ''],
  ['exif-before-xmp.jpg', ''],
  ['j01-sos-params.jpg', ''],
  ['../pictures/exif-6.jpg', ''],
  ['../pictures/exif-6.webp', ''],
  ['../pictures/exif-6.png', ''],
  ['../pictures/rgb.png', ''],
])('%s has another identity than before only if it is turned otherwise', async (name, more) => {
  const { first } = twoFolders();
  const bytes = readFileSync(join(IMAGES, '../odd-pictures', name));
  writeFileSync(join(first, 'image'), bytes);

  expect(await createImageStore([first]).identify('image')).toBe([sha256(bytes), more].join(' ').trim());
});

test('an image comes decoded', async () => {
  const { first } = twoFolders();
  copyFileSync(FIXTURE, join(first, 'cat.png'));

  const image = await createImageStore([first]).load('cat.png');

  expect([image.width, image.height, image.data.length]).toEqual([13, 9, 13 * 9 * 3]);
});

test('the pixels are those that were identified, also when the file changes in between', async () => {
  const { first } = twoFolders();
  copyFileSync(FIXTURE, join(first, 'cat.png'));
  const store = createImageStore([first]);
  const identity = await store.identify('cat.png');

  writeFileSync(join(first, 'cat.png'), 'no longer an image');

  expect((await store.load('cat.png')).width).toBe(13);
  expect(await store.identify('cat.png')).toBe(identity);
});

test.each(readdirSync(IMAGES).filter((name) => /\.(?:png|jpg|webp)$/.test(name)))(
  'the file %s is known to be whole without being decoded, and cut short it is not',
  async (name) => {
    const { first } = twoFolders();
    const bytes = readFileSync(join(IMAGES, name));
    writeFileSync(join(first, 'whole'), bytes);
    // Nothing of a PNG's end is missed: 12 bytes, and 8 of checksums.
    writeFileSync(join(first, 'cut'), bytes.subarray(0, name.endsWith('.png') ? -30 : -8));
    const store = createImageStore([first]);

    expect(await store.identify('whole')).toBe(sha256(bytes));
    expect(await problem([first], 'cut')).toMatch(/expected a whole (?:PNG|JPEG|WEBP), got one that is cut short/);
  },
);

test('a byte of a PNG that has changed is noticed before it is used', async () => {
  const { first } = twoFolders();
  const bytes = readFileSync(FIXTURE);
  const at = bytes.indexOf('IDAT') + 10;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(join(first, 'cat.png'), bytes);

  expect(await problem([first], 'cat.png')).toMatch(/cut short or damaged \(its pixels are damaged\)/);
});

test('pixels are decoded only on demand', async () => {
  const { first } = twoFolders();
  // Valid according to its checksums, but cannot be decompressed.
  const data = Buffer.from('these are no deflated pixels');
  writeFileSync(join(first, 'cat.png'), makePng({ width: 1, height: 1, depth: 8, colourType: 0, data }));
  const store = createImageStore([first]);

  expect(await store.identify('cat.png')).toMatch(/^[0-9a-f]{64}$/);
  await expect(store.load('cat.png')).rejects.toThrow(/Image "cat\.png": expected a whole PNG, got one/);
});

test('a missing image is reported with every place that was searched', async () => {
  const { first, second } = twoFolders();

  expect(await problem([first, second], 'cat.png')).toBe(
    `Image "cat.png": there is no such file in "${first}", "${second}". ` +
      'Put it there, or give a path, as in: --set photo.image=PATH',
  );
});

test.each([
  '/etc/passwd',
  '../secret.png',
  'a/../../secret.png',
  '..',
  'a//b',
  '..\\secret.png',
  'C:secret.png',
  'C:\\secret.png',
  '\\\\server\\share',
  'cat.png\0.txt',
  '/',
])('the name %j is rejected before the disk is accessed', async (name) => {
  const { root, first } = twoFolders();
  writeFileSync(join(root, 'secret.png'), 'secret');

  expect(await problem([first], name)).toMatch(/a workflow may only name images inside its own folders/);
});

test('links that lead out of the folder are not followed, links inside are', async () => {
  const { root, first } = twoFolders();
  writeFileSync(join(root, 'secret.png'), 'secret');
  writeFileSync(join(first, 'cat.png'), image('cat'));
  symlinkSync(join(root, 'secret.png'), join(first, 'file.png'));
  symlinkSync(root, join(first, 'up'));
  symlinkSync('cat.png', join(first, 'kitten.png'));

  expect(await problem([first], 'file.png')).toMatch(/there is no such file/);
  expect(await problem([first], 'up/secret.png')).toMatch(/there is no such file/);
  expect(await createImageStore([first]).identify('kitten.png')).toBe(sha256(image('cat')));
});

test('nothing but files of a sensible size is read', async () => {
  const { first } = twoFolders();
  mkdirSync(join(first, 'folder.png'));
  execFileSync('mkfifo', [join(first, 'pipe.png')]);
  writeFileSync(join(first, 'huge.png'), '');
  truncateSync(join(first, 'huge.png'), 303 * 2 ** 20);

  expect(await problem([first], 'folder.png')).toMatch(/expected a file, got a folder or a device/);
  expect(await problem([first], 'pipe.png')).toMatch(/expected a file, got a folder or a device/);
  expect(await problem([first], 'huge.png')).toMatch(/expected a file of at most 302 MiB, got 303 MiB/);
  expect(await problem([first], '')).toMatch(/^No image is chosen/);
});

test("the operator's own paths may lie anywhere, and take no other image's name", async () => {
  const { root, first } = twoFolders();
  mkdirSync(join(root, 'else'));
  writeFileSync(join(first, 'cat.png'), image('theirs'));
  writeFileSync(join(root, 'cat.png'), image('mine'));
  writeFileSync(join(root, 'else', 'cat.png'), image('mine too'));
  const store = createImageStore([first]);

  const mine = store.registerOperatorPath(join(root, 'cat.png'), new Set(['cat.png']));
  const again = store.registerOperatorPath(join(root, 'else', '..', 'cat.png'), new Set(['cat.png']));
  const other = store.registerOperatorPath(join(root, 'else', 'cat.png'), new Set(['cat.png']));

  expect([mine, again, other]).toEqual(['cat-2.png', 'cat-2.png', 'cat-3.png']);
  expect(await store.identify(mine)).toBe(sha256(image('mine')));
  expect(await store.identify(other)).toBe(sha256(image('mine too')));
  expect(await store.identify('cat.png')).toBe(sha256(image('theirs')));
});

/** A whole PNG of one black pixel that differs from others by the label it carries. */
function image(label: string): Buffer {
  const extra = pngChunk('tEXt', Buffer.from(`Title\0${label}`, 'latin1'));
  return makePng({ width: 1, height: 1, depth: 8, colourType: 0, data: deflateSync(Buffer.alloc(2)), extra });
}

function twoFolders() {
  const root = tempFolder();
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  mkdirSync(first);
  mkdirSync(second);
  return { root, first, second };
}

async function problem(folders: readonly string[], name: string): Promise<string> {
  const error: unknown = await createImageStore(folders)
    .identify(name)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ImageError);
  return (error as ImageError).message;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
