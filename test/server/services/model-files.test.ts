import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import { createCheckpointService } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { CheckpointCopy, SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';

/** Weights of the same size of file, all of them 0. */
function weightsOfAnotherVae(copy: CheckpointCopy): Uint8Array {
  const tensors = Object.entries(copy.tensors('vae/diffusion_pytorch_model.safetensors'));
  const zeroed = tensors.map(([name, tensor]) => [name, { ...tensor, data: new Uint8Array(tensor.data.length) }]);
  return safetensorsFile(Object.fromEntries(zeroed));
}

/** A folder that is found as a checkpoint, though nothing could open it. */
function emptyCheckpoint(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model_index.json'), '{}');
}

test('checkpoint folders of all roots are listed by name, and nothing else', async () => {
  const [one, other] = [tempFolder(), tempFolder()];
  for (const name of ['b', 'a']) emptyCheckpoint(join(one, name));
  emptyCheckpoint(join(other, 'c'));
  mkdirSync(join(other, 'notes'));
  writeFileSync(join(other, 'readme.txt'), '');

  const service = createCheckpointService({ roots: [one, join(one, 'missing'), other] });

  expect(await service.list()).toEqual(['a', 'b', 'c']);
});

test('a root may be a checkpoint itself', async () => {
  const root = join(tempFolder(), 'mine');
  emptyCheckpoint(root);

  expect(await createCheckpointService({ roots: [root] }).list()).toEqual(['mine']);
});

test('a Hugging Face cache gives the snapshot that refs/main names, under the name of its repository', async () => {
  const copy = new CheckpointCopy();
  const cache = tempFolder();
  const repo = join(cache, 'models--org--tiny');
  emptyCheckpoint(join(repo, 'snapshots', 'zzz'));
  mkdirSync(join(repo, 'refs'));
  writeFileSync(join(repo, 'refs', 'main'), 'abc\n');
  renameSync(copy.folder, join(repo, 'snapshots', 'abc'));
  const service = createCheckpointService({ roots: [cache] });

  const checkpoint = await service.open('org/tiny');

  expect(await service.list()).toEqual(['org/tiny']);
  expect(checkpoint.name).toBe('org/tiny');
  expect(checkpoint).toMatchObject({ vision: { embeds: { width: 24 } } });
});

test('a checkpoint stays open while its files stay the same', async () => {
  const service = createCheckpointService({ roots: [dirname(SMALL_CHECKPOINT)] });

  expect(await service.open('tiny-unclip-l')).toBe(await service.open('tiny-unclip-l'));
});

test('a checkpoint whose weights were replaced is opened again, with another identity', async () => {
  const copy = new CheckpointCopy();
  const service = createCheckpointService({ roots: [copy.folder] });
  const before = await service.open('tiny');
  const other = weightsOfAnotherVae(copy);

  copy.write('vae/diffusion_pytorch_model.safetensors', other);
  const after = await service.open('tiny');

  expect(after.identity).not.toBe(before.identity);
});

test('digests of weights are stored on disk, and valid as long as size, time and inode of the file are the same', async () => {
  const copy = new CheckpointCopy();
  const [weights, cacheFolder] = [copy.path('vae/diffusion_pytorch_model.safetensors'), tempFolder()];
  const [sameSize, past] = [weightsOfAnotherVae(copy), new Date(2020, 1, 1)];
  copy.write(
    'vae/diffusion_pytorch_model.safetensors',
    safetensorsFile(copy.tensors('vae/diffusion_pytorch_model.safetensors')),
  );
  utimesSync(weights, past, past);
  const identify = () => createCheckpointService({ roots: [copy.folder], cacheFolder }).identify('tiny');
  const first = await identify();

  writeFileSync(weights, sameSize);
  utimesSync(weights, past, past);
  const unnoticed = await identify();
  utimesSync(weights, new Date(2021, 1, 1), new Date(2021, 1, 1));

  expect([unnoticed === first, (await identify()) === first]).toEqual([true, false]);
});

test('a broken checkpoint can be opened after it was repaired', async () => {
  const copy = new CheckpointCopy();
  const service = createCheckpointService({ roots: [copy.folder] });
  renameSync(copy.path('vae/config.json'), copy.path('vae/config.bak'));
  await expect(service.open('tiny')).rejects.toThrow('vae/config.json: expected this file, got none');

  renameSync(copy.path('vae/config.bak'), copy.path('vae/config.json'));

  expect((await service.open('tiny')).vae.latents.pixelsPerCell).toBe(8);
});

test('a link to nothing, as of a download that was broken off, is named as one', async () => {
  const copy = new CheckpointCopy();
  copy.remove('vae/config.json');
  symlinkSync('../../blobs/gone', copy.path('vae/config.json'));

  const opened = createCheckpointService({ roots: [copy.folder] }).open('tiny');

  await expect(opened).rejects.toThrow(
    'vae/config.json: this is a link to "../../blobs/gone", which is not there. The download was not finished',
  );
});

test.each(['nope', '../tiny-unclip', '/etc', '', '.', 'tiny-unclip/unet', '__proto__', 'tiny-unclip\0'])(
  'the name %j is looked up in the list of names and never as a path',
  async (name) => {
    const root = tempFolder();
    emptyCheckpoint(join(root, 'tiny-unclip'));

    const opened = createCheckpointService({ roots: [root] }).open(name);

    await expect(opened).rejects.toBeInstanceOf(CheckpointError);
    await expect(opened).rejects.toThrow(
      `No checkpoint is called "${name}"; there are "tiny-unclip" in ${root}. ` +
        'Put its folder there, or name the folder it lies in with --models DIR.',
    );
  },
);
