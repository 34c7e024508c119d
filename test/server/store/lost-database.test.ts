import { closeSync, copyFileSync, existsSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  DatabaseDamagedError,
  encodePng,
  openDatabase,
  openStore,
  rebuildIndex,
  type Store,
} from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

const HOUR_MS = 3_600_000;

const pixels = (value: number) => ({ width: 4, height: 2, data: new Uint8Array(24).fill(value) });
const imageFacts = { name: 'cat.png', mediaType: 'image/png', sizeBytes: 9, widthPx: 4, heightPx: 2 };

async function open(folder: string): Promise<Store> {
  const store = await openStore(folder);
  onTestFinished(() => store.close());
  return store;
}

/** A data folder with one uploaded image, as a server left it. @returns the image's hash */
async function folderWithImage(folder: string, value = 1): Promise<string> {
  const store = await openStore(folder);
  const sha256 = await store.blobs.put(await encodePng(pixels(value), {}));
  store.images.add({ ...imageFacts, sha256 }, 0);
  store.close();
  return sha256;
}

/** What a sweep deletes when everything that nothing lists is old enough. */
async function sweep(store: Store): Promise<number> {
  const { signal } = new AbortController();
  return (await store.sweep({ nowMs: Date.now() + 48 * HOUR_MS, keepRuns: 1, signal })).blobs;
}

function loseDatabase(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('studio.db')) rmSync(join(folder, name));
}

describe('stored images', () => {
  test.each([
    ['lost', loseDatabase],
    [
      'emptied',
      (folder: string) => {
        loseDatabase(folder);
        writeFileSync(join(folder, 'studio.db'), '');
      },
    ],
  ])('survive a database that was %s, also after restarts, and the reason is reported', async (_, lose) => {
    const folder = tempFolder();
    const sha256 = await folderWithImage(folder);
    lose(folder);

    for (let start = 0; start < 2; start++) {
      const store = await openStore(folder);
      expect(await sweep(store)).toBe(0);
      expect(await store.blobs.has(sha256)).toBe(true);
      expect(store.guard.problem()).toMatch(/does not know the stored images.*unclip repair/);
      store.close();
    }
  });

  test('outlive a database of another folder, and one that was put back from an older copy', async () => {
    const [folder, other] = [tempFolder(), tempFolder()];
    await folderWithImage(folder);
    await folderWithImage(other, 2);
    const copy = join(tempFolder(), 'copy.db');
    const early = await openStore(folder);
    early.database.copyTo(copy);
    early.close();
    const late = await folderWithImage(folder, 3);

    for (const one of [folder, other]) loseDatabase(one);
    copyFileSync(copy, join(folder, 'studio.db'));
    copyFileSync(copy, join(other, 'studio.db'));
    const [older, foreign] = [await open(folder), await open(other)];

    expect([await sweep(older), await sweep(foreign)]).toEqual([0, 0]);
    expect(await older.blobs.has(late)).toBe(true);
    expect(older.guard.problem()).toContain('is older than the stored images');
    expect(foreign.guard.problem()).toContain('does not know the stored images');
  });

  test('of a folder without marks are assigned to its database', async () => {
    const folder = tempFolder();
    await folderWithImage(folder);
    rmSync(join(folder, 'blobs', 'database.json'));

    const store = await open(folder);
    await store.blobs.put(Buffer.from('not listed'));

    expect(store.guard.problem()).toBeUndefined();
    expect(await sweep(store)).toBe(1);
  });
});

describe('rebuilding the index', () => {
  const digest = 'a'.repeat(64);
  const receipt = (index: number) => ({
    ...{ format: 'unclip-receipt', version: 1, program: 'unclip-studio', device: 'cpu', pixels: digest, index },
    nodes: [
      {
        ...{ id: 'save', type: 'SaveImage', version: 1, fingerprint: digest, inputs: [] },
        params: { name: 'hearts' },
      },
    ],
  });
  const workflow = { format: 'unclip-workflow', version: 1, title: 'Hearts', nodes: { save: { type: 'SaveImage' } } };
  const made = (index: number) =>
    encodePng(pixels(10 + index), {
      'unclip-receipt': JSON.stringify(receipt(index)),
      'unclip-workflow': JSON.stringify(workflow),
    });

  test('lists generated images under their workflow, and the rest as uploads; then sweeps continue', async () => {
    const folder = tempFolder();
    const uploaded = await folderWithImage(folder);
    const before = await openStore(folder);
    for (const index of [0, 1]) await before.blobs.put(await made(index));
    const text = await before.blobs.put(Buffer.from('no image'));
    before.close();
    loseDatabase(folder);
    const store = await open(folder);

    const found = await rebuildIndex(store, Date.now());

    expect(found).toEqual({ made: 2, uploaded: 1, others: 1, damaged: 0 });
    expect(store.images.read(uploaded)).toMatchObject({ widthPx: 4, heightPx: 2, mediaType: 'image/png' });
    const outputs = store.outputs.list({ limit: 9 });
    expect(outputs.map(({ node, index, name }) => [node, index, name]).toSorted()).toEqual([
      ['save', 0, 'hearts'],
      ['save', 1, 'hearts'],
    ]);
    const [run, ...others] = store.runs.list({ states: [], limit: 9 });
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'succeeded', title: 'Hearts' });
    expect(JSON.parse(store.runs.readWorkflow(run?.id ?? '')?.workflowJson ?? '')).toEqual(workflow);
    expect(store.guard.problem()).toBeUndefined();
    expect(await sweep(store)).toBe(1);
    expect(await store.blobs.has(text)).toBe(false);
    expect(await rebuildIndex(store, Date.now())).toMatchObject({ made: 0, uploaded: 0 });
  });
});

describe('a database file', () => {
  test.each([
    ['noise', (path: string) => writeFileSync(path, Buffer.alloc(64 * 1024, 0x5a))],
    [
      'a file with a broken page',
      (path: string) => {
        const database = openDatabase(path);
        database.execute('CREATE TABLE things (name TEXT)');
        database.transaction(() => {
          for (let i = 0; i < 500; i++) database.run('INSERT INTO things VALUES (?)', ['x'.repeat(100)]);
        });
        database.all('PRAGMA wal_checkpoint(TRUNCATE)');
        database.close();
        const file = openSync(path, 'r+');
        writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 3 * 4096);
        closeSync(file);
      },
    ],
  ])('that is %s is reported by its name, with the solution', (_, damage) => {
    const path = join(tempFolder(), 'studio.db');
    damage(path);

    expect(() => openDatabase(path)).toThrow(DatabaseDamagedError);
    expect(() => openDatabase(path)).toThrow(/studio\.db is damaged.*unclip repair/);
  });

  test('is copied before its schema changes', async () => {
    const folder = tempFolder();
    await folderWithImage(folder);
    const database = openDatabase(join(folder, 'studio.db'));
    const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
    database.execute(`PRAGMA user_version = ${version - 1}`);
    database.close();

    // The last step was made already, so it fails the second time; the copy is there before anything is tried.
    await expect(openStore(folder)).rejects.toThrow();

    const copy = join(folder, `studio.db.schema-${version - 1}`);
    expect(existsSync(copy)).toBe(true);
    const kept = openDatabase(copy);
    onTestFinished(() => kept.close());
    expect(kept.get<{ count: number }>('SELECT COUNT(*) AS count FROM images')?.count).toBe(1);
  });
});
