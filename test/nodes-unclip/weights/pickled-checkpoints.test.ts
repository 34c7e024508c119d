import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLocalCheckpoint } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { CheckpointCopy, openSmallCheckpoint } from '../../support/checkpoint-copy.js';
import { longTest } from '../../support/long-suite.js';
import { readTensors } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { type TorchTensor, torchFile } from '../../support/torch-file.js';

const VAE = 'vae/diffusion_pytorch_model.safetensors';
const SINGLE = fileURLToPath(new URL('../../golden/checkpoints/tiny-unclip-h.single.safetensors', import.meta.url));
const small = await openSmallCheckpoint();

function copyWithoutVae() {
  const copy = new CheckpointCopy();
  const tensors: Record<string, TorchTensor> = { ...readTensors(readFileSync(copy.path(VAE))) };
  copy.remove(VAE);
  return { copy, tensors };
}

describe('a folder with weights of torch.save', () => {
  test('has the identity of the one with safetensors, and reads them in place', async () => {
    const { copy, tensors } = copyWithoutVae();
    writeFileSync(copy.path('vae/diffusion_pytorch_model.bin'), torchFile(tensors));

    const { vae } = await copy.open();
    const model = vae.decoder({ n: 1, h: 8, w: 8 });

    expect(vae.identity).toBe(small.vae.identity);
    expect(Buffer.from(model.build().bytes).includes('diffusion_pytorch_model.bin')).toBe(true);
  });

  test('may have shards', async () => {
    const { copy, tensors } = copyWithoutVae();
    const names = Object.keys(tensors);
    const shardOf = (i: number) => `diffusion_pytorch_model-0000${1 + (i % 2)}-of-00002.bin`;
    for (const shard of [0, 1]) {
      const part = Object.fromEntries(Object.entries(tensors).filter((_, i) => i % 2 === shard));
      writeFileSync(copy.path(`vae/${shardOf(shard)}`), torchFile(part));
    }
    const weightMap = Object.fromEntries(names.map((name, i) => [name, shardOf(i)]));
    copy.write('vae/diffusion_pytorch_model.bin.index.json', JSON.stringify({ weight_map: weightMap }));

    expect((await copy.open()).vae.identity).toBe(small.vae.identity);
  });

  test('also has it if a convolution is stored channels last', async () => {
    const { copy, tensors } = copyWithoutVae();
    const name = 'decoder.conv_in.weight';
    const { dtype = '', shape = [], data = new Uint8Array() } = tensors[name] ?? {};
    const [outputs = 0, inputs = 0, h = 0, w = 0] = shape;
    const strides = [h * w * inputs, 1, w * inputs, inputs];
    tensors[name] = { dtype, shape, strides, data: channelsLast(data, { outputs, inputs, cells: h * w }) };
    writeFileSync(copy.path('vae/diffusion_pytorch_model.bin'), torchFile(tensors));

    const { vae } = await copy.open();

    expect(vae.identity).toBe(small.vae.identity);
    // What does not lie in one piece is part of the graph itself.
    expect(Buffer.from(vae.decoder({ n: 1, h: 8, w: 8 }).build().bytes).includes(Buffer.from(data))).toBe(true);
  });

  test('safetensors next to them take precedence', async () => {
    const copy = new CheckpointCopy();
    writeFileSync(copy.path('vae/diffusion_pytorch_model.bin'), 'never read');

    expect((await copy.open()).vae.identity).toBe(small.vae.identity);
  });
});

longTest('a checkpoint in one file may be a .ckpt with its weights under state_dict', async () => {
  const folder = tempFolder();
  const file = join(folder, `${basename(SINGLE, '.safetensors')}.ckpt`);
  writeFileSync(file, torchFile(readTensors(readFileSync(SINGLE)), 'state_dict'));
  // What the file does not contain comes from the folder next to it.
  cpSync(join(dirname(SINGLE), 'tiny-unclip-h'), join(folder, 'tiny-unclip-h'), { recursive: true });

  const [pickled, plain] = [await openLocalCheckpoint('one', file), await openLocalCheckpoint('one', SINGLE)];

  expect(pickled.identity).toBe(plain.identity);
});

interface Kernel {
  readonly outputs: number;
  readonly inputs: number;
  readonly cells: number;
}

function channelsLast(bytes: Uint8Array, { outputs, inputs, cells }: Kernel): Uint8Array {
  const from = new Uint32Array(Uint8Array.from(bytes).buffer);
  const to = new Uint32Array(from.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let cell = 0; cell < cells; cell++) {
        to[(o * cells + cell) * inputs + i] = from[(o * inputs + i) * cells + cell] ?? 0;
      }
    }
  }
  return new Uint8Array(to.buffer);
}
