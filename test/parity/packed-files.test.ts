import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packFiles, unpackFiles } from '../support/packed-files.js';
import { randomTensor } from '../support/random-tensor.js';
import { safetensorsFile, type TensorBytes } from '../support/safetensors-file.js';
import { tempFolder } from '../support/temp-folder.js';

const FILES = ['folder/rows.json', 'one-file.safetensors'];
const OTHER = 'folder/unet.safetensors';

test('files come out of a pack as they were, and tensors that lie in another file are not stored again', () => {
  const from = folderWithFiles();
  const alone = packFiles(from, FILES, []);

  const to = folderWithFiles();
  const before = FILES.map((path) => readFileSync(join(to, path)));
  for (const path of FILES) rmSync(join(to, path));
  const pack = join(to, 'files.pack');
  writeFileSync(pack, packFiles(from, FILES, [OTHER]));
  unpackFiles(to, pack);

  expect(FILES.map((path) => readFileSync(join(to, path)))).toEqual(before);
  expect(readFileSync(pack).length).toBeLessThan(alone.length / 4);
});

test('what is missing is unpacked again, and a tensor that has changed since is noticed', () => {
  const folder = folderWithFiles();
  const pack = join(folder, 'files.pack');
  writeFileSync(pack, packFiles(folder, FILES, [OTHER]));
  unpackFiles(folder, pack);
  rmSync(join(folder, 'folder/rows.json'));

  unpackFiles(folder, pack);
  expect(existsSync(join(folder, 'folder/rows.json'))).toBe(true);

  writeFileSync(join(folder, OTHER), safetensorsFile({ ...TENSORS, k: floats([16, 16], 9) }));
  rmSync(join(folder, 'one-file.safetensors'));
  expect(() => unpackFiles(folder, pack)).toThrow('one-file.safetensors does not have its sha256');
});

const TENSORS = { q: floats([16, 16], 1), k: floats([16, 16], 2), v: floats([16, 16], 3) };

/** A JSON file, and three tensors that lie in one file on their own and in another as one. */
function folderWithFiles(): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'folder/rows.json'), '{"rows":[1,2,3]}');
  writeFileSync(join(folder, OTHER), safetensorsFile(TENSORS));
  const fused = Buffer.concat(Object.values(TENSORS).map(({ data }) => data));
  const qkv = { dtype: 'F32', shape: [48, 16], data: fused };
  writeFileSync(join(folder, 'one-file.safetensors'), safetensorsFile({ qkv, q: TENSORS.q }));
  return folder;
}

function floats(shape: readonly number[], seed: number): TensorBytes {
  const { data } = randomTensor(shape, seed);
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
}
