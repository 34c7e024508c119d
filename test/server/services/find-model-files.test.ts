import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import { createCheckpointService, findModelFiles } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { openSmallCheckpoint, SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';

/** Copies one component of the small checkpoint to a separate folder. */
function copyComponent(component: string, to: string): void {
  cpSync(join(SMALL_CHECKPOINT, component), to, { recursive: true });
}

function emptyFile(...path: readonly string[]): void {
  mkdirSync(join(...path.slice(0, -1)), { recursive: true });
  writeFileSync(join(...path), safetensorsFile({}));
}

const namesOf = async (root: string) => [...(await findModelFiles('vae', [root])).keys()];

test('a VAE is found in the folder "vae" of a root, also in folders below, as a file or as a folder of diffusers', async () => {
  const root = tempFolder();
  emptyFile(root, 'vae', 'ft-mse.safetensors');
  emptyFile(root, 'vae', 'anime', 'kl-f8.safetensors');
  copyComponent('vae', join(root, 'vae', 'mine'));
  emptyFile(root, 'clip_vision', 'other.safetensors');
  writeFileSync(join(root, 'vae', 'put_vae_here'), '');

  expect(await namesOf(root)).toEqual(['anime/kl-f8.safetensors', 'ft-mse.safetensors', 'mine']);
});

test.each([
  ['ComfyUI', ['models', 'vae'], []],
  ['the models of ComfyUI', ['vae'], []],
  ['the checkpoints of ComfyUI', ['vae'], ['checkpoints']],
  ['the checkpoints of A1111', ['VAE'], ['Stable-diffusion']],
])('it is found where %s is the root', async (_, folder, below) => {
  const top = tempFolder();
  emptyFile(top, ...folder, 'x.safetensors');
  const root = join(top, ...below);
  mkdirSync(root, { recursive: true });

  expect(await namesOf(root)).toEqual(['x.safetensors']);
});

test('a repository of a Hugging Face cache is found by what its config says', async () => {
  const cache = tempFolder();
  copyComponent('vae', join(cache, 'models--org--vae', 'snapshots', 'abc'));
  copyComponent('image_encoder', join(cache, 'models--org--vision', 'snapshots', 'abc'));
  copyComponent('unet', join(cache, 'models--org--unet', 'snapshots', 'abc'));

  expect(await namesOf(cache)).toEqual(['org/vae']);
  expect([...(await findModelFiles('vision', [cache])).keys()]).toEqual(['org/vision']);
});

test('the IP-Adapters of a Hugging Face cache are found with their image encoder', async () => {
  const cache = tempFolder();
  const snapshot = ['models--h94--IP-Adapter', 'snapshots', 'abc', 'models'];
  for (const name of [
    'ip-adapter_sd15.safetensors',
    'ip-adapter_sd15.bin',
    'ip-adapter_old.bin',
    'other.safetensors',
  ]) {
    emptyFile(cache, ...snapshot, name);
  }
  copyComponent('image_encoder', join(cache, ...snapshot, 'image_encoder'));

  expect([...(await findModelFiles('ip-adapter', [cache])).keys()]).toEqual([
    'h94/IP-Adapter/models/ip-adapter_old.bin',
    'h94/IP-Adapter/models/ip-adapter_sd15.safetensors',
  ]);
  expect([...(await findModelFiles('vision', [cache])).keys()]).toEqual(['h94/IP-Adapter/models/image_encoder']);
});

test('single VAE and image encoder files equal those of their checkpoint', async () => {
  const checkpoint = await openSmallCheckpoint();
  const root = tempFolder();
  copyComponent('vae', join(root, 'vae', 'mine'));
  copyComponent('image_encoder', join(root, 'clip_vision', 'mine'));
  const service = createCheckpointService({ roots: [root] });

  const vae = await service.openModel('vae', 'mine');
  const vision = await service.openModel('vision', 'mine');

  expect(vae.decoder({ n: 1, h: 2, w: 2 }).key).toBe(checkpoint.vae.decoder({ n: 1, h: 2, w: 2 }).key);
  expect(vision.request().key).toBe(checkpoint.vision.request().key);
  expect(await service.identify('mine', 'vae')).toBe(checkpoint.vae.identity);
  // The embeddings of an encoder without statistics differ from those of the checkpoint.
  expect(vision.embeds.identity).not.toBe(checkpoint.vision.embeds.identity);
});

test('an unknown name is rejected with the known ones, and where to put a file', async () => {
  const root = tempFolder();
  emptyFile(root, 'vae', 'ft-mse.safetensors');

  const opened = createCheckpointService({ roots: [root] }).openModel('vae', '../ft-mse');

  const error: unknown = await opened.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CheckpointError);
  expect((error as Error).message).toBe(
    `No VAE is called "../ft-mse"; there are "ft-mse.safetensors" in ${root}. ` +
      'Put it into the folder "vae" of one of them, or name another folder with --models DIR.',
  );
});

test.each([
  ['beside the folders of models', 'film.safetensors'],
  ['among those of another kind', 'vae/film.safetensors'],
])('a LoRA in %s is rejected with its location and where to move it', async (_, place) => {
  const root = tempFolder();
  emptyFile(root, dirname(place), basename(place));

  for (const name of ['film', 'film.safetensors']) {
    await expect(createCheckpointService({ roots: [root] }).openModel('lora', name)).rejects.toThrow(
      `No LoRA is called "${name}"; there are none in ${root}. ` +
        `A file of this name is "${join(root, place)}"; if it is the one, move it to "${join(root, 'loras')}".`,
    );
  }
});

test('of many models the most similar is listed first, and how many are left out', async () => {
  const root = tempFolder();
  for (let i = 0; i < 14; i++) emptyFile(root, 'loras', `style-${i + 10}.safetensors`);
  emptyFile(root, 'loras', 'water.safetensors');

  const opened = createCheckpointService({ roots: [root] }).openModel('lora', 'watre.safetensors');

  await expect(opened).rejects.toThrow(
    /there are "water\.safetensors", "style-10\.safetensors", (?:"style-1\d\.safetensors", ){7}"style-18\.safetensors" and 5 more \(see: unclip models list\) in /,
  );
});

test('a file without a VAE is refused, and may be named without its ending', async () => {
  const root = tempFolder();
  emptyFile(root, 'vae', 'ft-mse.safetensors');

  const opened = createCheckpointService({ roots: [root] }).openModel('vae', 'ft-mse');

  await expect(opened).rejects.toThrow(
    'VAE "ft-mse": ft-mse.safetensors: expected the tensors of a VAE, such as "decoder.conv_in.weight", got none',
  );
});

test('a file in a folder can be given by its own name too, if that is unambiguous', async () => {
  const root = tempFolder();
  copyComponent('vae', join(root, 'vae', 'maker', 'ft-mse'));
  const open = (name: string) => createCheckpointService({ roots: [root] }).openModel('vae', name);

  const whole = await open('maker/ft-mse');
  expect((await open('ft-mse')).identity).toBe(whole.identity);

  copyComponent('vae', join(root, 'vae', 'other', 'ft-mse'));
  await expect(open('ft-mse')).rejects.toThrow(
    /^No VAE is called "ft-mse"; there are "maker\/ft-mse", "other\/ft-mse" in /,
  );
});
