import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Checkpoint } from '@unclip-studio/nodes-unclip';
import { createOrtSessions } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { CheckpointCopy, openBundledCheckpoint } from '../../support/checkpoint-copy.js';
import { splitIntoShards } from '../../support/shards.js';

const TEXT = 'text_encoder/model.safetensors';
const INDEX = 'text_encoder/model.safetensors.index.json';

test('weights in several files give the numbers of the same weights in one', async () => {
  const copy = new CheckpointCopy();
  splitIntoShards(copy, 'text_encoder', 'model');

  const checkpoint = await copy.open();

  expect(await encode(checkpoint)).toEqual(await encode(await openBundledCheckpoint()));
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

  expect(checkpoint.textModel().build().weightsFolder).toBe(blobs);
  expect(await encode(checkpoint)).toEqual(await encode(await openBundledCheckpoint()));
});

test('links into several folders are refused, since a model takes its weights from one', async () => {
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
    `Checkpoint "tiny": ${INDEX}: expected the file model-00002-of-00002.safetensors beside it, got none. ` +
      'Copy or download the checkpoint again.',
  );
});

test.each(['../model.safetensors', 'model.bin', 7])('an index that names %j is refused', async (name) => {
  const copy = new CheckpointCopy();
  copy.write(INDEX, JSON.stringify({ weight_map: { 'a.weight': name } }));
  copy.remove(TEXT);

  expect(await copy.problem()).toBe(
    `Checkpoint "tiny": ${INDEX}: expected "weight_map" to name .safetensors files beside it. ` +
      'Copy or download the checkpoint again.',
  );
});

test.each(['model.fp16.safetensors', 'model.bf16.safetensors'])('%s serves where it is the only one', async (name) => {
  const copy = new CheckpointCopy();
  renameSync(copy.path(TEXT), copy.path(`text_encoder/${name}`));

  const built = (await copy.open()).textModel().build();

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

async function encode(checkpoint: Checkpoint) {
  const sessions = createOrtSessions();
  const { maxPositionEmbeddings } = checkpoint.text;
  const ids = BigInt64Array.from({ length: maxPositionEmbeddings }, (_, i) => BigInt(i));
  try {
    const feeds = { input_ids: { dtype: 'int64', dims: [1, ids.length], data: ids } } as const;
    return await sessions.run(checkpoint.textModel(), feeds);
  } finally {
    await sessions.close();
  }
}
