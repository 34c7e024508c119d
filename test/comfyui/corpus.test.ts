import { expect, test } from 'vitest';
import { sourcesOf } from './corpus/sources.js';
import { tryWorkflow } from './corpus/try-workflow.js';

const TEXT_TO_IMAGE = {
  '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'any.safetensors' } },
  '2': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'a cat' } },
  '3': { class_type: 'CLIPTextEncode', inputs: { clip: ['1', 1], text: 'a dog' } },
  '4': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  '5': {
    class_type: 'KSampler',
    inputs: {
      ...{ model: ['1', 0], positive: ['2', 0], negative: ['3', 0], latent_image: ['4', 0] },
      ...{ seed: 1, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
    },
  },
  '6': { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
  '7': { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'x' } },
};

const tried = (prompt: unknown) => tryWorkflow(JSON.stringify(prompt));

test('a prompt of nodes that have counterparts plans', () => {
  expect(tried(TEXT_TO_IMAGE)).toMatchObject({ isPlanned: true, causes: [] });
});

test('a class without a counterpart that an image needs is the cause', () => {
  const changed = { ...TEXT_TO_IMAGE, '6': { class_type: 'StrangeDecode', inputs: { samples: ['5', 0] } } };
  expect(tried(changed)).toMatchObject({ isPlanned: false, causes: ['StrangeDecode'] });
});

test('a file that is not from ComfyUI is reported as not read', () => {
  expect(tried({ hello: 1 }).causes).toEqual([expect.stringMatching(/^not read: /)]);
});

test('values, ids and the order of nodes make no other structure, links and classes do', () => {
  const { '7': save, ...others } = TEXT_TO_IMAGE;
  const same = tried(TEXT_TO_IMAGE).structure;
  const loader = { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'other.ckpt' } };
  expect(tried({ '70': save, ...others, '1': loader }).structure).toBe(same);
  const { vae: _, ...undecided } = TEXT_TO_IMAGE['6'].inputs;
  expect(tried({ ...TEXT_TO_IMAGE, '6': { class_type: 'VAEDecode', inputs: undecided } }).structure).not.toBe(same);
  const previewed = { ...TEXT_TO_IMAGE, '7': { class_type: 'PreviewImage', inputs: { images: ['6', 0] } } };
  expect(tried(previewed).structure).not.toBe(same);
});

test('each source of the collection names a repository, a commit and files that may hold a workflow', () => {
  const sources = sourcesOf();
  expect(sources.flatMap(({ paths }) => paths).length).toBeGreaterThanOrEqual(130);
  for (const { repository, commit, paths } of sources) {
    expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    for (const path of paths) expect(path).toMatch(/\.(?:json|png|webp|jpe?g|ipynb|txt)$/i);
  }
});
