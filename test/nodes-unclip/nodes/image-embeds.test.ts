import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, type Embed, tensor } from '@unclip-studio/nodes-unclip';
import { loadEmbed, saveEmbed } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { openSmallCheckpoint } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';
import { float32Bytes, safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';

const { vision } = await openSmallCheckpoint();
const width = vision.embeds.width;
const rows = randomTensor([2, width], 1);
const stored: TensorBytes = { dtype: 'F32', shape: [2, width], data: float32Bytes([...rows.data]) };

function folderWith(files: Readonly<Record<string, Uint8Array>>) {
  const root = tempFolder();
  const folder = join(root, 'image_embeds');
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return { folder, checkpoints: createCheckpointService({ roots: [root] }) };
}

async function load(file: string, { checkpoints }: ReturnType<typeof folderWith>): Promise<Embed> {
  return (await evaluateNode<{ embed: Embed }>(loadEmbed, { vision }, { file }, { checkpoints })).embed;
}

/** As numpy 2.4.6 writes it: 128 bytes before the numbers. */
function npy(shape: string, data: Uint8Array, descr = '<f4', order = 'False'): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${dict}\n`), data]);
}

describe('embeddings that are saved are loaded again', () => {
  test.each(['safetensors', 'npy'])('as %s, for a checkpoint with such an image encoder', async (format) => {
    const place = folderWith({});
    const { checkpoints } = place;
    await evaluateNode(saveEmbed, { embed: { rows, space: vision.embeds } }, { name: 'mine', format }, { checkpoints });

    expect(readdirSync(place.folder)).toEqual([`mine.${format}`]);
    expect(await load('mine', place)).toEqual({ rows, space: vision.embeds });
  });

  test('others of the same name get a number, and equal ones are stored once', async () => {
    const place = folderWith({});
    const { checkpoints } = place;
    for (const seed of [1, 2, 2, 1]) {
      const embed = { rows: randomTensor([1, width], seed), space: vision.embeds };
      await evaluateNode(saveEmbed, { embed }, { name: 'mine' }, { checkpoints });
    }

    expect(readdirSync(place.folder).sort()).toEqual(['mine-2.safetensors', 'mine.safetensors']);
    expect((await load('mine-2', place)).rows).toEqual(randomTensor([1, width], 2));
  });

  test('a name cannot lead out of the folder', async () => {
    const place = folderWith({});
    const { checkpoints } = place;
    const embed = { rows, space: vision.embeds };
    await evaluateNode(saveEmbed, { embed }, { name: '../../out' }, { checkpoints });

    expect(readdirSync(place.folder)).toEqual(['out.safetensors']);
  });
});

describe('embeddings of other programs', () => {
  const half = new Uint8Array(new Uint16Array(2 * width).fill(0x3800).buffer);
  const byColumns = Float32Array.from(rows.data, (_, i) => rows.data[(i % 2) * width + Math.floor(i / 2)] as number);

  test.each([
    [
      'a.safetensors',
      'under the name of diffusers, beside others',
      safetensorsFile({ image_embeds: stored, x: stored }),
    ],
    ['a.safetensors', 'under any name, if there is one', safetensorsFile({ whatever: stored })],
    ['a.safetensors', 'with an axis of one token', safetensorsFile({ e: { ...stored, shape: [2, 1, width] } })],
    ['a.pt', 'of torch.save', torchFile({ image_embeds: stored })],
    ['a.npy', 'of numpy', npy(`(2, ${width})`, stored.data)],
    ['a.npy', 'of numpy, by columns', npy(`(2, ${width})`, new Uint8Array(byColumns.buffer), '<f4', 'True')],
  ])('%s %s', async (file, _, bytes) => {
    const place = folderWith({ [file]: bytes });

    expect((await load(file, place)).rows).toEqual(rows);
    const same = folderWith({ 'b.npy': npy(`(2, ${width})`, stored.data) }).checkpoints;
    expect(await place.checkpoints.identify('a', 'image-embeds')).toBe(await same.identify('b', 'image-embeds'));
  });

  test('in half precision, or one without an axis for images', async () => {
    expect((await load('a', folderWith({ 'a.npy': npy(`(2, ${width})`, half, '<f2') }))).rows.data[0]).toBe(0.5);
    const one = npy(`(${width},)`, stored.data.subarray(0, 4 * width));
    expect((await load('a', folderWith({ 'a.npy': one }))).rows).toEqual(tensor([1, width], rows.data.slice(0, width)));
  });
});

describe('is refused:', () => {
  const wide = (d: number) => ({ dtype: 'F32', shape: [1, d], data: new Uint8Array(4 * d) });

  test.each([
    [
      'the width of another family, by its name',
      { 'a.safetensors': safetensorsFile({ e: wide(1280) }) },
      /each has 1280 values, as of CLIP ViT-bigG \(Stable Diffusion XL.*"tiny" takes \d+ values/,
    ],
    [
      'several tensors of no known name',
      { 'a.safetensors': safetensorsFile({ x: stored, y: stored }) },
      /expected a tensor "image_embeds"/,
    ],
    ['an array of whole numbers', { 'a.npy': npy('(2, 4)', new Uint8Array(32), '<i4') }, /expected an array of floats/],
    ['no array', { 'a.npy': Buffer.from('hello world, hello') }, /expected a file of numpy\.save/],
    ['an array that was cut off', { 'a.npy': npy(`(2, ${width})`, stored.data.subarray(4)) }, /cut off/],
    ['an array of objects, which is a pickle', { 'a.npy': npy('(2,)', new Uint8Array(8), '|O') }, /array of floats/],
    [
      'what is no number',
      { 'a.npy': npy(`(1, ${width})`, float32Bytes(Array(width).fill(Number.NaN))) },
      /row 0 holds NaN/,
    ],
    ['nothing', {}, /No file of image embeddings is called "a"/],
  ])('%s', async (_, files, words) => {
    const loading = load('a', folderWith(files as Readonly<Record<string, Uint8Array>>));

    await expect(loading).rejects.toThrow(CheckpointError);
    await expect(loading).rejects.toThrow(words);
  });
});

test('what Save Embed writes begins as safetensors does', async () => {
  const place = folderWith({});
  const { checkpoints } = place;
  await evaluateNode(saveEmbed, { embed: { rows, space: vision.embeds } }, {}, { checkpoints });
  const bytes = readFileSync(join(place.folder, 'embed.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));

  expect(length % 8).toBe(0);
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
    __metadata__: { format: 'pt', checkpoint: 'tiny' },
    image_embeds: { dtype: 'F32', shape: [2, width], data_offsets: [0, 8 * width] },
  });
});
