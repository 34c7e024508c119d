import type { NewOutput } from '@unclip-studio/protocol';
import { openStore } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { insertRun, storeRig } from '../../support/store-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const image = { sha256: 'aa', name: 'cat.png', mediaType: 'image/png', sizeBytes: 9, widthPx: 2, heightPx: 3 };

function output(node: string, index: number, sha256: string): NewOutput {
  return {
    node,
    index,
    sha256,
    name: 'variation',
    temporary: node === 'look',
    mediaType: 'image/png',
    sizeBytes: 9,
    widthPx: 2,
    heightPx: 3,
    receipt: { nodeType: 'SaveImage', nodeVersion: 1, fingerprint: `f-${node}` },
  };
}

test('an image is found by its content and by the newest use of its name', async () => {
  const { images } = await storeRig();
  images.add(image, 0);
  images.add({ ...image, sha256: 'bb' }, 1);
  images.add({ ...image, sha256: 'cc', name: 'dog.png' }, 2);

  expect(images.findByName('cat.png')?.sha256).toBe('bb');
  expect(images.list(2).map(({ sha256 }) => sha256)).toEqual(['cc', 'bb']);
  expect(images.list(9, 'bb').map(({ sha256 }) => sha256)).toEqual(['aa']);
  expect(images.read('aa')).toEqual({ ...image, createdAt: '1970-01-01T00:00:00.000Z' });
});

test('the same image uploaded again is one image under its new name', async () => {
  const { images } = await storeRig();
  images.add(image, 0);
  images.add({ ...image, sha256: 'bb' }, 1);

  images.add({ ...image, name: 'tom.png' }, 2);

  expect(images.list(9).map(({ sha256, name }) => [sha256, name])).toEqual([
    ['aa', 'tom.png'],
    ['bb', 'cat.png'],
  ]);
  expect(images.delete('aa')).toBe(true);
  expect(images.delete('aa')).toBe(false);
});

test('an image keeps every path that it was uploaded to, until another one is, or it is deleted', async () => {
  const { images } = await storeRig();
  const inFolder = { folder: 'input', path: 'k9/cat.png' } as const;
  images.add(image, 0, inFolder);
  images.add({ ...image, name: 'tom.png' }, 1);
  images.add({ ...image, sha256: 'bb', name: '[temp]-cat.png' }, 2, { folder: 'temp', path: 'cat.png' });
  images.add({ ...image, sha256: 'cc', name: 'k9-cat.png' }, 3);

  const find = (path: string) => images.findByPath({ folder: 'input', path });
  expect(['k9/cat.png', 'tom.png', 'cat.png', 'k9-cat.png'].map(find)).toEqual(['aa', 'aa', undefined, 'cc']);
  expect(images.findByPath({ folder: 'temp', path: 'cat.png' })).toBe('bb');
  expect(images.listPaths(9)).toEqual(['k9-cat.png', 'tom.png', 'k9/cat.png']);
  images.add({ ...image, sha256: 'cc' }, 4, inFolder);
  images.delete('aa');
  expect(images.listPaths(9)).toEqual(['k9/cat.png', 'k9-cat.png']);
});

test('old images have the path of their names, and those of a mask editor the folder in them', async () => {
  const folder = tempFolder();
  const before = await openStore(folder);
  const named = ['cat.png', 'cat.png', 'k9-cat.png', '[temp]-cat.png', 'clipspace-clipspace-mask-1.png'];
  for (const [i, name] of named.entries()) before.images.add({ ...image, sha256: `s${i}`, name }, i);
  const { database } = before;
  const version = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  // Later steps of the schema must be taken back here as well.
  database.execute(
    `ALTER TABLE grant_runs DROP COLUMN visitor; DROP INDEX outputs_by_board; ALTER TABLE outputs DROP COLUMN board;
     DROP TABLE image_paths; PRAGMA user_version = ${version - 3}`,
  );
  before.close();

  const { images, close } = await openStore(folder);
  onTestFinished(() => close());

  expect(images.listPaths(9)).toEqual(['clipspace/clipspace-mask-1.png', 'k9-cat.png', 'cat.png']);
  expect(images.findByPath({ folder: 'input', path: 'cat.png' })).toBe('s1');
  expect(images.findByPath({ folder: 'temp', path: 'cat.png' })).toBe('s3');
});

test('a repeated attempt lists none of its outputs twice', async () => {
  const store = await storeRig();
  insertRun(store, 'run1');
  store.runs.claimNext(0);
  store.outputs.record('run1', [output('save', 0, 'aa'), output('save', 1, 'bb')], 0);
  store.runs.requeue('run1', { keepsAttempt: true });
  store.runs.claimNext(0);

  const again = store.outputs.record('run1', [output('save', 0, 'aa'), output('save', 1, 'cc')], 0);

  expect(again.map(({ id }) => id)).toEqual(['run1.save.0', 'run1.save.1']);
  expect(store.outputs.ofRun('run1').map(({ sha256 }) => sha256)).toEqual(['aa', 'cc']);
});

test('a run that is not running gets no outputs', async () => {
  const store = await storeRig();
  insertRun(store, 'run1');

  expect(store.outputs.record('run1', [output('save', 0, 'aa')], 0)).toEqual([]);
  expect(store.outputs.record('none', [output('save', 0, 'aa')], 0)).toEqual([]);
  expect(store.outputs.list({ limit: 9, temporary: true })).toEqual([]);
});

test('outputs are listed newest first, those for looking at only on request', async () => {
  const store = await storeRig();
  insertRun(store, 'run1');
  store.runs.claimNext(0);
  store.outputs.record('run1', [output('save', 0, 'aa'), output('look', 0, 'bb'), output('save', 1, 'cc')], 0);

  const ids = (request: Parameters<typeof store.outputs.list>[0]) => store.outputs.list(request).map(({ id }) => id);

  expect(ids({ limit: 9 })).toEqual(['run1.save.1', 'run1.save.0']);
  expect(ids({ limit: 9, temporary: true })).toEqual(['run1.save.1', 'run1.look.0', 'run1.save.0']);
  expect(ids({ limit: 9, before: 'run1.save.1' })).toEqual(['run1.save.0']);
  expect(store.outputs.readReceipt('run1.save.0')).toMatchObject({ fingerprint: 'f-save' });
  expect(store.outputs.read('run1.save.7')).toBeUndefined();
  expect(store.outputs.read('../../etc')).toBeUndefined();
});

test('a sweep removes old blobs that nothing lists, and no others', async () => {
  const store = await storeRig();
  const kept = await store.blobs.put(Buffer.from('listed'));
  const lost = await store.blobs.put(Buffer.from('not listed'));
  store.images.add({ ...image, sha256: kept }, 0);

  const sweep = async (nowMs: number, signal = new AbortController().signal) =>
    (await store.sweep({ nowMs, keepRuns: 1, signal })).blobs;

  expect(await sweep(Date.now())).toBe(0);
  expect(await sweep(Date.now() + 2 * 3_600_000, AbortSignal.abort())).toBe(0);
  expect(await sweep(Date.now() + 2 * 3_600_000)).toBe(1);

  expect(await store.blobs.has(kept)).toBe(true);
  expect(await store.blobs.has(lost)).toBe(false);
});
