import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createOutputStore, decodeImage, OutputError, readEmbeddedWorkflow } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { noSmallDisk, smallDisk } from '../../support/small-disk.js';
import { tempFolder } from '../../support/temp-folder.js';

const IMAGE = { width: 2, height: 1, data: Uint8Array.of(255, 0, 0, 0, 0, 255) };
const KEPT = { name: 'variation', temporary: false };

test('images are numbered, carry the workflow, and are reported with their size', async () => {
  const folder = join(tempFolder(), 'not', 'there', 'yet');
  const store = createOutputStore({ folder, workflowText: '{"title":"mine"}\n' });

  const first = await store.save(IMAGE, KEPT);
  const second = await store.save(IMAGE, KEPT);

  expect(first).toEqual({
    location: join(folder, 'variation-0001.png'),
    mediaType: 'image/png',
    widthPx: 2,
    heightPx: 1,
  });
  expect(second.location).toBe(join(folder, 'variation-0002.png'));
  const png = readFileSync(first.location);
  expect(await decodeImage(png, 'result')).toEqual(IMAGE);
  expect(readEmbeddedWorkflow(png)).toBe('{"title":"mine"}\n');
});

test('no existing file is overwritten, whoever made it', async () => {
  const folder = tempFolder();
  for (const name of ['variation-0007.png', 'variation-12.png', 'variation-9999.jpg', 'other-0042.png']) {
    writeFileSync(join(folder, name), name);
  }
  mkdirSync(join(folder, 'variation-0009.png'));
  writeFileSync(join(folder, 'variation-99998.png'), '');
  const store = createOutputStore({ folder, workflowText: '' });

  const { location } = await store.save(IMAGE, KEPT);

  expect(location).toBe(join(folder, 'variation-99999.png'));
  expect(readFileSync(join(folder, 'variation-0007.png'), 'utf8')).toBe('variation-0007.png');
});

test('stores that write at once get a number each', async () => {
  const folder = tempFolder();
  const stores = [1, 2, 3].map(() => createOutputStore({ folder, workflowText: '' }));

  const outputs = await Promise.all([...stores, ...stores].map((store) => store.save(IMAGE, KEPT)));

  const numbers = [1, 2, 3, 4, 5, 6].map((number) => join(folder, `variation-000${number}.png`));
  expect(outputs.map((output) => output.location).sort()).toEqual(numbers);
  expect(readdirSync(folder)).toHaveLength(6);
});

test('a name cannot lead out of the folder', async () => {
  const folder = tempFolder();
  const store = createOutputStore({ folder, workflowText: '' });

  const { location } = await store.save(IMAGE, { name: '../../up', temporary: false });

  expect(location).toBe(join(folder, 'up-0001.png'));
});

test('a preview goes among the temporary files, not among the results', async () => {
  const folder = join(tempFolder(), 'results');
  const store = createOutputStore({ folder, workflowText: '' });

  const output = await store.save(IMAGE, { name: 'look', temporary: true });
  onTestFinished(() => rmSync(dirname(output.location), { recursive: true }));

  expect(output.temporary).toBe(true);
  expect(statSync(output.location).size).toBeGreaterThan(0);
  expect(() => statSync(folder)).toThrow(/ENOENT/);
});

test('a folder that cannot be written is reported and left as it was', async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'file'), '');
  const store = createOutputStore({ folder: join(folder, 'file'), workflowText: '' });

  const error: unknown = await store.save(IMAGE, KEPT).catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(OutputError);
  expect((error as Error).message).toMatch(
    /^Results go to ".*file", which cannot be written: .* Choose another with --out\.$/,
  );
  expect(readdirSync(folder)).toEqual(['file']);
});

test('a write that fails leaves no part of a file', async () => {
  const folder = noSmallDisk === undefined ? fullFolder() : readOnlyFolder();

  await expect(createOutputStore({ folder, workflowText: '' }).save(IMAGE, KEPT)).rejects.toThrow(OutputError);

  expect(readdirSync(folder).filter((name) => name !== 'filler')).toEqual([]);
});

function fullFolder(): string {
  const folder = smallDisk(64 * 1024);
  // Pages of 4 KiB: what is left takes a name, but not the first byte of a file.
  expect(() => writeFileSync(join(folder, 'filler'), Buffer.alloc(1024 * 1024))).toThrow(/ENOSPC/);
  return folder;
}

/** For those who may not mount; root, who may, is stopped by no permission. */
function readOnlyFolder(): string {
  const folder = tempFolder();
  chmodSync(folder, 0o500);
  onTestFinished(() => chmodSync(folder, 0o700));
  return folder;
}
