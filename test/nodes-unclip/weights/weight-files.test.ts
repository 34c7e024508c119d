import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CheckpointCopy, openSmallCheckpoint } from '../../support/checkpoint-copy.js';
import { encodeText } from '../../support/encode-text.js';
import { readTensors } from '../../support/safetensors-file.js';
import { splitIntoShards } from '../../support/shards.js';

const TEXT = 'text_encoder/model.safetensors';
const INDEX = 'text_encoder/model.safetensors.index.json';

test('weights in several files give the numbers of the same weights in one', async () => {
  const copy = new CheckpointCopy();
  splitIntoShards(copy, 'text_encoder', 'model');

  const checkpoint = await copy.open();

  expect(await encodeText(checkpoint)).toEqual(await encodeText(await openSmallCheckpoint()));
});

test('shards behind the symbolic links of a Hugging Face cache are read from their blobs', async () => {
  const copy = new CheckpointCopy();
  const shards = splitIntoShards(copy, 'text_encoder', 'model');
  const blobs = join(dirname(copy.folder), 'blobs');
  mkdirSync(blobs);
  for (const [i, shard] of shards.entries()) {
    renameSync(copy.path(shard), join(blobs, `blob${i}`));
    symlinkSync(`../../blobs/blob${i}`, copy.path(shard));
  }

  const checkpoint = await copy.open();

  expect(checkpoint.text.request().build().weightsFolder).toBe(blobs);
  expect(await encodeText(checkpoint)).toEqual(await encodeText(await openSmallCheckpoint()));
});

test('links into several folders are rejected, since a model reads its weights from one', async () => {
  const copy = new CheckpointCopy();
  const [shard = ''] = splitIntoShards(copy, 'text_encoder', 'model');
  const elsewhere = join(dirname(copy.folder), 'elsewhere');
  mkdirSync(elsewhere);
  renameSync(copy.path(shard), join(elsewhere, 'blob'));
  symlinkSync('../../elsewhere/blob', copy.path(shard));

  expect(await copy.problem()).toBe(
    `Checkpoint "tiny": ${INDEX}: expected all its files in one folder, got 2 folders. ` +
      'Put the files into one folder; links that lead to several do not serve.',
  );
});

test('a shard that is missing is named', async () => {
  const copy = new CheckpointCopy();
  const [, second = ''] = splitIntoShards(copy, 'text_encoder', 'model');
  copy.remove(second);

  expect(await copy.problem()).toBe(
    `Checkpoint "tiny": ${INDEX}: expected the file model-00002-of-00002.safetensors next to it, got none. ` +
      'Copy or download the checkpoint again.',
  );
});

test.each(['../model.safetensors', 'model.pkl', 7])('an index that names %j is refused', async (name) => {
  const copy = new CheckpointCopy();
  copy.write(INDEX, JSON.stringify({ weight_map: { 'a.weight': name } }));
  copy.remove(TEXT);

  expect(await copy.problem()).toBe(
    `Checkpoint "tiny": ${INDEX}: expected "weight_map" to name .safetensors or .bin files next to it. ` +
      'Copy or download the checkpoint again.',
  );
});

test.each(['model.fp16.safetensors', 'model.bf16.safetensors'])('%s serves where it is the only one', async (name) => {
  const copy = new CheckpointCopy();
  renameSync(copy.path(TEXT), copy.path(`text_encoder/${name}`));

  const built = (await copy.open()).text.request().build();

  expect(Buffer.from(built.bytes).includes(name)).toBe(true);
});

test.each(['model.fp16.safetensors.index.json', 'model.safetensors.index.fp16.json'])(
  'an index may carry the variant in its name as %s',
  async (name) => {
    const copy = new CheckpointCopy();
    splitIntoShards(copy, 'text_encoder', 'model');
    renameSync(copy.path(INDEX), copy.path(`text_encoder/${name}`));

    await expect(copy.open()).resolves.toBeDefined();
  },
);

test.each(['model.bf16.safetensors.index.json', 'model.safetensors.index.bf16.json'])(
  'shards of a variant serve where it is the only one, under the index %s',
  async (name) => {
    const copy = new CheckpointCopy();
    splitIntoShards(copy, 'text_encoder', 'model');
    renameSync(copy.path(INDEX), copy.path(`text_encoder/${name}`));

    expect(await encodeText(await copy.open())).toEqual(await encodeText(await openSmallCheckpoint()));
  },
);

test('of bf16 and fp8 the finer one serves', async () => {
  const copy = new CheckpointCopy();
  for (const variant of ['bf16', 'fp8'])
    copy.write(`text_encoder/model.${variant}.safetensors`, readFileSync(copy.path(TEXT)));
  copy.remove(TEXT);

  expect(Buffer.from((await copy.open()).text.request().build().bytes).includes('model.bf16.safetensors')).toBe(true);
});

test('of a tensor that two shards hold, the one that the index names counts', async () => {
  const copy = new CheckpointCopy();
  const [first = '', second = ''] = splitIntoShards(copy, 'text_encoder', 'model');
  copy.editTensors(second, (tensors) => {
    const [[name, tensor] = ['', undefined]] = Object.entries(readTensors(readFileSync(copy.path(first))));
    return tensor === undefined
      ? tensors
      : { ...tensors, [name]: { ...tensor, data: new Uint8Array(tensor.data.length) } };
  });

  expect(await encodeText(await copy.open())).toEqual(await encodeText(await openSmallCheckpoint()));
});

test.each([
  [
    'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 346\n',
    /Git LFS pointer.* of 346 bytes.*`git lfs pull`/,
  ],
  ['<!DOCTYPE html>\n<html><body>Log in</body></html>', /this is an HTML page, and not the file itself/],
  ['Entry not found', /error message of a server, and not the file itself: "Entry not found"/],
  ['PK\u0003\u0004aaaaaaaaaaaaaaaaaaaaaaaa', /a zip archive or a pickle/],
])('a file of another kind is named: %j', async (content, expected) => {
  const copy = new CheckpointCopy();
  for (const file of [TEXT, 'unet/config.json']) copy.write(file, content);

  const [weights, config] = (await copy.problem()).split(/(?=unet\/config\.json)/);

  expect(weights).toMatch(expected);
  expect(config).toMatch(expected);
});

test('a broken link, and a folder or file in place of the other, are reported, and do not crash', async () => {
  const copy = new CheckpointCopy();
  copy.remove(TEXT);
  symlinkSync('../../blobs/gone', copy.path(TEXT));
  copy.remove('vae');
  copy.write('vae', 'a file');
  copy.remove('unet/config.json');
  mkdirSync(copy.path('unet/config.json'));

  const problem = await copy.problem();

  expect(problem).toMatch(
    /text_encoder\/model\.safetensors: this is a link to "\.\.\/\.\.\/blobs\/gone", which is not there/,
  );
  expect(problem).toMatch(/unet\/config\.json: expected a file, got a folder/);
  expect(problem).toMatch(/vae\/config\.json: expected this file, got none/);
});
