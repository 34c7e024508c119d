import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ByteStore,
  blobStoreOver,
  claimStore,
  openBytes,
  type StoreAddress,
  StoreDamagedError,
  StoreOfAnotherServer,
} from '@unclip-studio/server';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MOTO_PROGRAM, S3RVER_PROGRAM, startTestS3, type TestS3 } from '../../support/s3-server.js';
import { tempFolder } from '../../support/temp-folder.js';

/** One kind of store. Each test gets its own location in it. */
interface Driver {
  readonly name: string;
  readonly missing?: string;
  begin(): Promise<void>;
  end(): Promise<void>;
  place(): StoreAddress;
}

const FOLDER: Driver = {
  name: 'a folder',
  begin: async () => {},
  end: async () => {},
  place: () => ({ kind: 'folder', folder: tempFolder() }),
};

function s3Driver(program: typeof S3RVER_PROGRAM): Driver {
  let folder = '';
  let server: TestS3 | undefined;
  let places = 0;
  return {
    name: `S3 (${program.name})`,
    ...(program.missing === undefined ? {} : { missing: program.missing }),
    async begin() {
      folder = mkdtempSync(join(tmpdir(), 'unclip-s3-'));
      server = await startTestS3(folder, program);
      for (const [name, value] of Object.entries(server.env)) vi.stubEnv(name, value);
    },
    async end() {
      vi.unstubAllEnvs();
      await server?.kill();
      rmSync(folder, { recursive: true, force: true });
    },
    place: () => ({ kind: 's3', bucket: server?.bucket ?? '', prefix: `place-${places++}/`, pathStyle: true }),
  };
}

const PATIENCE = { patienceMs: 0 };
const content = Buffer.from('some bytes');
const key = createHash('sha256').update(content).digest('hex');
const keyOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each([FOLDER, s3Driver(S3RVER_PROGRAM), s3Driver(MOTO_PROGRAM)])('$name', (driver) => {
  describe.skipIf(driver.missing !== undefined)(driver.missing ?? 'as a store', () => {
    let address: StoreAddress;
    let bytes: ByteStore;
    let blobs: ReturnType<typeof blobStoreOver>;
    beforeAll(driver.begin, 60_000);
    afterAll(driver.end);
    beforeEach(() => {
      address = driver.place();
      bytes = openBytes(address, PATIENCE);
      blobs = blobStoreOver(bytes);
    });

    test('returns what was written, completely', async () => {
      const large = randomBytes(3_000_000);

      await bytes.write(key, [large.subarray(0, 1_000_000), large.subarray(1_000_000)]);

      expect(large.equals((await bytes.read(key)) ?? new Uint8Array())).toBe(true);
      expect(await bytes.has(key)).toBe(true);
    });

    test('returns a part of what was written, small or large, and nothing for a missing key', async () => {
      for (const size of [0, 20, 3_000_000]) {
        const whole = randomBytes(size);
        const opened = await blobs.open(await blobs.put(whole));

        const all = await collect(opened?.read());
        const part = await collect(opened?.read(5, size - 6));

        expect(opened?.sizeBytes).toBe(size);
        expect(whole.equals(all)).toBe(true);
        expect(whole.subarray(5, Math.max(5, size - 5)).equals(part)).toBe(true);
        await opened?.close();
      }
      expect(await blobs.open(keyOf('nothing'))).toBeUndefined();
    });

    test('has nothing under a key that was not written', async () => {
      expect(await bytes.has(key)).toBe(false);
      expect(await bytes.read(key)).toBeUndefined();
      expect(await bytes.renew(key, content)).toBe(false);
      await bytes.delete(key);
    });

    test('forgets what was deleted', async () => {
      await bytes.write(key, [content]);

      await bytes.delete(key);

      expect(await bytes.read(key)).toBeUndefined();
    });

    test('allows concurrent writes of the same bytes, and stores them once', async () => {
      await Promise.all(Array.from({ length: 8 }, () => blobs.put(content)));

      expect(await keysOf(bytes)).toEqual([key]);
      expect(Buffer.from((await blobs.read(key)) ?? [])).toEqual(content);
    });

    test('lists what is older than a time, and nothing younger', async () => {
      const keys = ['a', 'b', 'c'].map(keyOf);
      for (const each of keys) await bytes.write(each, [content]);

      expect((await keysOf(bytes)).toSorted()).toEqual(keys.toSorted());
      // S3 counts whole seconds.
      expect(await keysOf(bytes, Date.now() - 60_000)).toEqual([]);
    });

    test('writes what is new only where nothing is', async () => {
      const first = await bytes.writeNew(key, Buffer.from('first'));
      const second = await bytes.writeNew(key, Buffer.from('second'));

      expect([first, second]).toEqual([true, false]);
      expect(String(await bytes.read(key).then((found) => Buffer.from(found ?? [])))).toBe('first');
    });

    test('accepts nothing but a hash as a key', async () => {
      for (const wrong of ['', '../../etc/passwd', key.toUpperCase(), `${key}0`]) {
        await expect(bytes.read(wrong)).rejects.toThrow('64 hexadecimal digits');
        await expect(bytes.write(wrong, [content])).rejects.toThrow('64 hexadecimal digits');
      }
    });

    test('a blob whose bytes do not match its name is dropped, and can be stored again', async () => {
      await bytes.write(key, [Buffer.from('some bytez')]);

      await expect(blobs.read(key)).rejects.toThrow(StoreDamagedError);
      const id = await blobs.put(content);

      expect(Buffer.from((await blobs.read(id)) ?? [])).toEqual(content);
    });

    test('belongs to the server that came first', async () => {
      await claimStore(address, 'server-a');

      await claimStore(address, 'server-a');

      await expect(claimStore(address, 'server-b')).rejects.toThrow(StoreOfAnotherServer);
      await expect(claimStore(address, 'server-b')).rejects.toThrow('another server (server-a)');
    });
  });
});

test('what others are writing into a folder at this moment is not cleared away', async () => {
  const folder = tempFolder();
  const bytes = openBytes({ kind: 'folder', folder }, PATIENCE);
  await bytes.write(key, [content]);
  writeFileSync(join(folder, 'temporary', 'under-way'), 'half');

  await bytes.removeTemporary(Date.now() - 3_600_000);
  expect(readFileSync(join(folder, 'temporary', 'under-way'), 'utf8')).toBe('half');
  await bytes.removeTemporary(Date.now() + 1_000);

  expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
});

async function collect(pieces: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces ?? []) all.push(piece);
  return Buffer.concat(all);
}

async function keysOf(bytes: ByteStore, timeMs = Date.now() + 60_000): Promise<string[]> {
  const found: string[] = [];
  for await (const each of bytes.olderThan(timeMs)) found.push(each);
  return found;
}
