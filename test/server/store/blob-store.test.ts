import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBlobStore, StoreDamagedError } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

const bytes = Buffer.from('some bytes');
const sha256 = createHash('sha256').update(bytes).digest('hex');

function pathOf(folder: string): string {
  return join(folder, sha256.slice(0, 2), sha256);
}

test('a blob is read back by the hash of its bytes', async () => {
  const blobs = createBlobStore(tempFolder());

  const id = await blobs.put(bytes);

  expect(id).toBe(sha256);
  expect(await blobs.has(id)).toBe(true);
  expect(Buffer.from((await blobs.read(id)) ?? [])).toEqual(bytes);
});

test('the same bytes are stored once, also by two at a time, and no temporary file stays', async () => {
  const folder = tempFolder();
  const blobs = createBlobStore(folder);

  await Promise.all([blobs.put(bytes), blobs.put(bytes), blobs.put(bytes)]);
  await blobs.put(bytes);

  expect(readdirSync(folder).sort()).toEqual([sha256.slice(0, 2), 'temporary'].sort());
  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
});

test('a blob that was never stored is not there', async () => {
  const blobs = createBlobStore(tempFolder());

  expect(await blobs.has(sha256)).toBe(false);
  expect(await blobs.read(sha256)).toBeUndefined();
  await blobs.delete(sha256);
});

test('a flipped byte is found by the read, and the same bytes can be stored again', async () => {
  const folder = tempFolder();
  const blobs = createBlobStore(folder);
  await blobs.put(bytes);
  writeFileSync(pathOf(folder), 'some bytez');

  await expect(blobs.read(sha256)).rejects.toThrow(StoreDamagedError);
  await blobs.put(bytes);

  expect(Buffer.from((await blobs.read(sha256)) ?? [])).toEqual(bytes);
});

test('a flipped byte that was never read is repaired when the same bytes are stored again', async () => {
  const folder = tempFolder();
  const blobs = createBlobStore(folder);
  await blobs.put(bytes);
  writeFileSync(pathOf(folder), 'some bytez');

  await blobs.put(bytes);

  expect(Buffer.from((await blobs.read(sha256)) ?? [])).toEqual(bytes);
});

test('a blob cut short by a power cut is replaced when it is stored again', async () => {
  const folder = tempFolder();
  const blobs = createBlobStore(folder);
  await blobs.put(bytes);
  writeFileSync(pathOf(folder), 'some');

  await blobs.put(bytes);

  expect(Buffer.from((await blobs.read(sha256)) ?? [])).toEqual(bytes);
});

test('a link in the place of a blob is not followed', async () => {
  const folder = tempFolder();
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'secret');
  mkdirSync(join(folder, sha256.slice(0, 2)));
  symlinkSync(secret, pathOf(folder));
  const blobs = createBlobStore(folder);

  expect(await blobs.read(sha256)).toBeUndefined();
});

test.each(['../../etc/passwd', '', 'abc', `${sha256}/`, sha256.toUpperCase(), `${sha256.slice(0, 63)}\n`])(
  'the text %j cannot become a path',
  async (id) => {
    const blobs = createBlobStore(tempFolder());

    await expect(blobs.read(id)).rejects.toThrow('64 hexadecimal digits');
    await expect(blobs.delete(id)).rejects.toThrow('64 hexadecimal digits');
  },
);

test('files that a killed process left half written are removed', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'temporary'));
  writeFileSync(join(folder, 'temporary', 'left'), 'ha');

  await createBlobStore(folder).removeTemporaryFiles();

  expect(existsSync(join(folder, 'temporary', 'left'))).toBe(false);
});
