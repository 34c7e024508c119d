import { expect, test } from 'vitest';
import { insertRun, storeRig } from '../../support/store-rig.js';

const vectorOf = (value: number) => Int8Array.of(value, 1, -127, 5);

async function rig() {
  const store = await storeRig();
  insertRun(store, 'run1');
  store.runs.claimNext(0);
  const size = { sizeBytes: 9, widthPx: 2, heightPx: 3, mediaType: 'image/png', temporary: false };
  const receipt = { nodeType: 'SaveImage', nodeVersion: 1, fingerprint: 'f' };
  const names = ['a', 'b', 'c'];
  store.outputs.record(
    'run1',
    names.map((sha256, index) => ({ node: 'save', index, sha256, name: sha256, ...size, receipt })),
    0,
  );
  for (const [i, sha256] of names.entries()) store.vectors.put({ sha256, model: 'm', vector: vectorOf(i) });
  const seen = () => store.vectors.page('m', 0, 10).map(({ sha256 }) => sha256);
  return { store, seen };
}

test('a vector with a byte that has changed on the disk is forgotten, so that the image is looked at again', async () => {
  const { store, seen } = await rig();
  store.database.run('UPDATE picture_vectors SET vector = ? WHERE sha256 = ?', [new Uint8Array([0, 1, 129, 4]), 'a']);
  store.database.run('UPDATE picture_vectors SET vector = ? WHERE sha256 = ?', [new Uint8Array([9, 1, 129, 5]), 'b']);

  expect(store.vectors.read('a')).toBeUndefined();
  expect(seen()).toEqual(['c']);
  expect(store.database.all('SELECT sha256 FROM picture_vectors')).toEqual([{ sha256: 'c' }]);
  expect(store.vectors.read('c')?.vector).toEqual(vectorOf(2));
});

test('a vector of before there were checksums is believed', async () => {
  const { store, seen } = await rig();
  store.database.run('UPDATE picture_vectors SET checksum = NULL', []);

  expect(seen()).toEqual(['a', 'b', 'c']);
});

test('what was deleted takes no place among images that are alike', async () => {
  const { store, seen } = await rig();
  store.gallery.delete(['run1.save.1'], 'deletion', 0);
  const without = seen();
  store.gallery.restore('deletion');

  expect(without).toEqual(['a', 'c']);
  expect(seen()).toEqual(['a', 'b', 'c']);
});
