import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Checkpoint } from '@unclip-studio/nodes-unclip';
import { openSingleFileLayout, requireUnclip } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, localCheckpointFolder, openLocalCheckpoint } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { variationMaker } from '../../support/variations.js';

const CHECKPOINTS = fileURLToPath(new URL('../../golden/checkpoints', import.meta.url));
const SINGLE = 'tiny-unclip-h.single.safetensors';

test('a checkpoint in one file gives the image of its folder', async () => {
  const folder = folderWithSingleFile();
  const maker = variationMaker(tempFolder(), [folder, CHECKPOINTS]);
  const settings = { 'sample.steps': 3, 'sample.count': 2, 'prompt.prompt': 'a red heart', 'noise.noiseLevel': 300 };
  try {
    const images = await maker.make({ ...settings, 'model.checkpoint': 'tiny-unclip-h.single' });
    const expected = await maker.make({ ...settings, 'model.checkpoint': 'tiny-unclip-h' });

    expect(images).toEqual(expected);
  } finally {
    await maker.close();
  }
});

test('all weights of the four models lie in the one file', async () => {
  const checkpoint = await openSingle(folderWithSingleFile());

  for (const model of [
    requireUnclip(checkpoint).vision.request(),
    checkpoint.text.request(),
    checkpoint.unet.request({ n: 1, h: 4, w: 4, t: 77 }),
    checkpoint.vae.decoder({ n: 1, h: 4, w: 4 }),
  ]) {
    const bytes = Buffer.from(model.build().bytes);
    expect(bytes.includes(SINGLE)).toBe(true);
    expect(bytes.includes('diffusion_pytorch_model')).toBe(false);
  }
});

test('the identity changes with the companion folder', async () => {
  const folder = folderWithSingleFile();
  const service = createCheckpointService({ roots: [folder] });
  const before = await service.open(SINGLE);

  cpSync(
    join(CHECKPOINTS, 'tiny-unclip-l/scheduler/scheduler_config.json'),
    join(folder, 'tiny-unclip-h/scheduler/scheduler_config.json'),
  );

  const after = await service.open(SINGLE);
  expect(after.identity).not.toBe(before.identity);
  expect(after.unet.scheduler['_class_name']).toBe('DDIMScheduler');
});

test('a separate VAE file too narrow for 32 groups is normalized in groups of two channels and more', async () => {
  const root = tempFolder();
  const whole = join(CHECKPOINTS, 'tiny-unclip-h/vae');
  cpSync(join(whole, 'diffusion_pytorch_model.safetensors'), join(root, 'vae/narrow.safetensors'));

  const { config } = await createCheckpointService({ roots: [root] }).openModel('vae', 'narrow');

  const { norm_num_groups: groups } = JSON.parse(readFileSync(join(whole, 'config.json'), 'utf8'));
  expect(config).toMatchObject({ normNumGroups: groups });
});

describe('without a companion folder', () => {
  test('for a model of unpublished size the error says what to supply', async () => {
    const folder = tempFolder();
    symlinkSync(join(CHECKPOINTS, SINGLE), join(folder, SINGLE));

    const opening = openSingle(folder);

    await expect(opening).rejects.toThrow(
      'tiny-unclip-h.single.safetensors: "model.diffusion_model.label_emb.0.0.weight" has 64 columns, which neither ' +
        'ViT-H (2048) nor ViT-L (1536) has. Numbers of heads and groups are not in the weights: put unet/config.json of ' +
        'the model into the folder "tiny-unclip-h.single" next to it',
    );
    await expect(opening).rejects.toThrow("has 1000 rows, and CLIP's tokenizer 49408 tokens");
  });

  test('the tokenizer and the schedulers are those of Stable Diffusion 2.1 unCLIP', async () => {
    const folder = tempFolder();
    symlinkSync(join(CHECKPOINTS, SINGLE), join(folder, SINGLE));
    const layout = await openSingleFileLayout(localCheckpointFolder(folder), SINGLE, { clipMerges: async () => '' });

    const json = async (path: string) => JSON.parse(await layout.readText(path)) as unknown;

    expect(await json('scheduler/scheduler_config.json')).toMatchObject(ofFolder('scheduler/scheduler_config.json'));
    expect(await json('image_noising_scheduler/scheduler_config.json')).toMatchObject({
      beta_schedule: 'squaredcos_cap_v2',
    });
    expect(await json('tokenizer/special_tokens_map.json')).toEqual(ofFolder('tokenizer/special_tokens_map.json'));
    expect(await json('feature_extractor/preprocessor_config.json')).toMatchObject({
      size: { shortest_edge: 56 },
      crop_size: { height: 56, width: 56 },
    });
  });
});

test('a file that was cut off is named', async () => {
  const folder = folderWithSingleFile({ copy: true });
  truncateSync(join(folder, SINGLE), 2_000_000);

  await expect(openSingle(folder)).rejects.toThrow(
    /^Checkpoint "tiny": tiny-unclip-h\.single\.safetensors, tensor "[\w.]+": expected data up to byte \d+, got a file of 2000000 bytes\./,
  );
});

test('the bundled tokenizer is that of CLIP', async () => {
  const reference = fileURLToPath(new URL('../../../../shared/clip_bpe/pad_bang/vocab.json', import.meta.url));
  if (!existsSync(reference)) return;
  const folder = fileURLToPath(new URL('../../../packages/server/assets/clip-tokenizer/', import.meta.url));
  const merges = gunzipSync(readFileSync(join(folder, 'merges.txt.gz'))).toString('utf8');
  const { vocabFromMerges } = await import('@unclip-studio/nodes-unclip/testing');

  expect(vocabFromMerges(merges)).toEqual(JSON.parse(readFileSync(reference, 'utf8')));
});

/** The file, and next to it the texts of its folder without any weights. */
function folderWithSingleFile({ copy = false } = {}): string {
  const folder = tempFolder();
  if (copy) cpSync(join(CHECKPOINTS, SINGLE), join(folder, SINGLE), { mode: 0 });
  else symlinkSync(join(CHECKPOINTS, SINGLE), join(folder, SINGLE));
  mkdirSync(join(folder, 'tiny-unclip-h'));
  cpSync(join(CHECKPOINTS, 'tiny-unclip-h'), join(folder, 'tiny-unclip-h'), {
    recursive: true,
    filter: (path) => !basename(path).endsWith('.safetensors'),
  });
  return folder;
}

function openSingle(folder: string): Promise<Checkpoint> {
  return openLocalCheckpoint('tiny', join(folder, SINGLE));
}

function ofFolder(path: string): object {
  const json = JSON.parse(readFileSync(join(CHECKPOINTS, 'tiny-unclip-h', path), 'utf8')) as object;
  return Object.fromEntries(
    Object.entries(json).filter(([key, value]) => key !== '_diffusers_version' && value !== null),
  );
}
