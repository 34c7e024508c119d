import { checkpointsOf } from '@unclip-studio/editor/checkpoints-of';
import { expect, test } from 'vitest';
import { catalog } from './support/rig.js';

const loader = (checkpoint: string) => ({ type: 'LoadModel', params: { checkpoint } });

test('a LoRA has to fit the checkpoint upstream of its card, through other cards too', () => {
  const nodes = {
    a: loader('sd15'),
    b: loader('sd21'),
    first: { type: 'ApplyLora', inputs: { unet: 'a.unet' } },
    second: { type: 'ApplyLora', inputs: { unet: 'first.unet', text: 'a.text' } },
    other: { type: 'ApplyLora', inputs: { unet: 'b.unet' } },
  };

  expect(checkpointsOf(nodes, 'second', catalog)).toEqual(['sd15']);
  expect(checkpointsOf(nodes, 'other', catalog)).toEqual(['sd21']);
});

test('a model that a card only loads has to fit the nodes that use it', () => {
  const nodes = {
    model: loader('sd15'),
    vae: { type: 'LoadVAE', params: { vae: 'better' } },
    sample: { type: 'UNetSample', inputs: { unet: 'model.unet' } },
    decode: { type: 'VAEDecode', inputs: { vae: 'vae.vae', latent: 'sample.latent' } },
  };

  expect(checkpointsOf(nodes, 'vae', catalog)).toEqual(['sd15']);
});

test('a card by itself has to fit nothing, and a checkpoint that is not chosen yet is none', () => {
  const nodes = {
    alone: { type: 'ApplyLora' },
    model: loader(''),
    lora: { type: 'ApplyLora', inputs: { unet: 'model.unet' } },
  };

  expect(checkpointsOf(nodes, 'alone', catalog)).toEqual([]);
  expect(checkpointsOf(nodes, 'lora', catalog)).toEqual([]);
});
