import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openPriorCheckpoint } from '@unclip-studio/nodes-unclip';
import { pooledPosition } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';

const PRIOR = resolve(import.meta.dirname, '../golden/checkpoints/tiny-karlo-prior');
const UNCLIP = resolve(import.meta.dirname, '../golden/checkpoints/tiny-unclip-l');

function copyOf(source: string): string {
  const folder = tempFolder();
  cpSync(source, folder, { recursive: true });
  return folder;
}

const open = (folder: string) => openPriorCheckpoint('karlo', localCheckpointFolder(folder), { hash: sha256 });

function edit(path: string, change: object): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...change }));
}

test('a prior opens with what its files say, and counts by their content', async () => {
  const copy = copyOf(PRIOR);

  const [original, same] = [await open(copy), await open(copy)];
  edit(join(copy, 'prior_scheduler/scheduler_config.json'), { clip_sample_range: 4 });
  const changed = await open(copy);

  expect(original).toMatchObject({ embedDim: 24, scheduler: { clip_sample_range: 5 } });
  expect(same.identity).toBe(original.identity);
  expect(changed.identity).not.toBe(original.identity);
});

test('a missing folder is named', async () => {
  const copy = copyOf(PRIOR);
  rmSync(join(copy, 'prior_scheduler'), { recursive: true });

  await expect(open(copy)).rejects.toThrow(
    'Prior "karlo": Expected a folder with a Karlo prior, but prior_scheduler is missing. ' +
      'Take a checkpoint that holds a prior, such as kakaobrain/karlo-v1-alpha.',
  );
});

test('parts of different models, and settings that are not supported, are refused with what they hold', async () => {
  const other = copyOf(PRIOR);
  edit(join(other, 'prior/config.json'), { num_embeddings: 76 });
  const strange = copyOf(PRIOR);
  edit(join(strange, 'prior/config.json'), { added_emb_type: null, norm_in_type: 'layer' });

  await expect(open(other)).rejects.toThrow('"positional_embedding": expected [1, 80, 20], got [1, 81, 20]');
  await expect(open(strange)).rejects.toThrow(
    '"norm_in_type": expected null, other values being unsupported, got "layer"',
  );
});

test('a whole pipeline contains two text encoders, and the prior uses its own', async () => {
  const copy = copyOf(PRIOR);
  cpSync(join(copy, 'text_encoder'), join(copy, 'prior_text_encoder'), { recursive: true });
  cpSync(join(UNCLIP, 'text_encoder'), join(copy, 'text_encoder'), { recursive: true, force: true });

  expect((await open(copy)).text.hiddenSize).toBe(24);
});

test('priors are found and identified like checkpoints', async () => {
  const root = tempFolder();
  cpSync(PRIOR, join(root, 'karlo'), { recursive: true });
  cpSync(UNCLIP, join(root, 'both'), { recursive: true });
  for (const part of ['prior', 'prior_scheduler'])
    cpSync(join(PRIOR, part), join(root, 'both', part), { recursive: true });
  cpSync(join(PRIOR, 'text_encoder'), join(root, 'both/prior_text_encoder'), { recursive: true });
  const service = createCheckpointService({ roots: [root] });

  const prior = await service.openPrior('karlo');
  const both = await service.open('both');

  expect(await service.list()).toEqual(['both', 'karlo']);
  expect(await service.identify('karlo')).toBe(prior.identity);
  expect(await service.identify('both')).toContain(both.identity);
  expect(await service.identify('both')).not.toBe(both.identity);
  expect(await service.openPrior('karlo')).toBe(prior);
});

test('the first end token represents a prompt; an old config’s id 2 means the highest existing id', () => {
  expect(pooledPosition([9, 5, 7, 7, 7], 7)).toBe(2);
  expect(pooledPosition([9, 5, 6], 7)).toBe(0);
  expect(pooledPosition([98, 5, 99, 99, 0], 2)).toBe(2);
});
