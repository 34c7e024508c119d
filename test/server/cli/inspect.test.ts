import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CheckpointCopy } from '../../support/checkpoint-copy.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const SINGLE = fileURLToPath(new URL('../../golden/checkpoints/tiny-unclip-h.single.safetensors', import.meta.url));

test('a sound folder is described by layout, parts, model, size and memory', async () => {
  const { code, stdout, stderr } = await unclip(['models', 'inspect', 'tiny-unclip']);

  expect([code, stderr]).toEqual([0, '']);
  const rows = stdout.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.trim().split(/ {2,}/)[0])).toEqual(
    'layout image_encoder text_encoder unet vae model picture scheduler statistics memory state'.split(' '),
  );
  expect(stdout).toMatch(/^ {2}layout +diffusers folder$/m);
  expect(stdout).toMatch(/^ {2}unet +5\.4 M parameters, F16, 10\.7 MB, unet\/diffusion_pytorch_model\.safetensors$/m);
  expect(stdout).toMatch(/^ {2}memory +about [\d.]+ MB with all models loaded, [\d.]+ MB with one at a time$/m);
});

test('a checkpoint in one file is described by its parts as well', async () => {
  const { code, stdout } = await unclip(['models', 'inspect', SINGLE]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}layout +one file with LDM names$/m);
  expect(stdout).toMatch(/^ {2}text_encoder +0\.1 M parameters, F32, 0\.2 MB, tiny-unclip-h\.single\.safetensors$/m);
});

test('of weights in two precisions the full ones are read, and the others are named', async () => {
  const copy = new CheckpointCopy();
  const file = (variant: string) => copy.path(`vae/diffusion_pytorch_model${variant}.safetensors`);
  copyFileSync(file(''), file('.fp16'));
  copyFileSync(file(''), file('.bf16'));

  const { code, stdout } = await unclip(['models', 'inspect', copy.folder]);

  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ {2}vae .*, vae\/diffusion_pytorch_model\.safetensors \(not read: vae\/diffusion_pytorch_model\.fp16\.safetensors, vae\/diffusion_pytorch_model\.bf16\.safetensors\)$/m,
  );
  expect(stdout.match(/not read/g)).toHaveLength(1);
});

test('of a broken folder the parts that can be read are shown, and then all that is wrong', async () => {
  const copy = new CheckpointCopy();
  copy.remove('vae/diffusion_pytorch_model.safetensors');
  copy.remove('unet/config.json');

  const { code, stdout, stderr } = await unclip(['models', 'inspect', copy.folder]);

  expect(code).toBe(2);
  expect(stdout).toMatch(/^ {2}vae +cannot be read$/m);
  expect(stdout).toMatch(/^ {2}unet +5\.4 M parameters/m);
  expect(stderr).toMatch(/unet\/config\.json: expected this file, got none/);
  expect(stderr).toMatch(/vae: expected diffusion_pytorch_model\.safetensors/);
});

test('a pickle is refused with the reason, whatever it is called', async () => {
  const pickle = join(tempFolder(), 'sd21-unclip-h.ckpt');
  writeFileSync(pickle, '');
  const disguised = join(tempFolder(), 'sd21-unclip-h.safetensors');
  // The first bytes of a zip, which is what torch.save writes.
  writeFileSync(disguised, 'PK\u0003\u0004aaaaaaaaaaaaaaaa');

  const [named, hidden] = await Promise.all([
    unclip(['models', 'inspect', pickle]),
    unclip(['models', 'inspect', disguised]),
  ]);

  expect([named.code, hidden.code]).toEqual([2, 2]);
  expect(named.stderr).toBe(
    `${pickle} is a pickle. Pickle files are never loaded, because loading one can run any code; get the .safetensors version.\n`,
  );
  expect(hidden.stderr).toMatch(/^sd21-unclip-h\.safetensors: expected a header of at most \d+ bytes, got \d+\./);
});

test('a model of another kind in one file is told to be none of ours', async () => {
  const file = join(tempFolder(), 'other.safetensors');
  copyFileSync(
    fileURLToPath(new URL('../../../models/tiny-unclip/unet/diffusion_pytorch_model.safetensors', import.meta.url)),
    file,
  );

  const { code, stderr } = await unclip(['models', 'inspect', file]);

  expect(code).toBe(2);
  expect(stderr).toMatch(
    /missing tensor "model\.diffusion_model\.middle_block\.1\.transformer_blocks\.0\.attn2\.to_k\.weight"\. This is no unCLIP model and no plain Stable Diffusion 1 or 2/,
  );
});

test('a name that nothing has is answered with those there are', async () => {
  const { code, stderr } = await unclip(['models', 'inspect', 'nowhere']);

  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^There is no folder or file "nowhere", and no checkpoint of that name\. The checkpoints are: .*tiny-unclip/,
  );
});
