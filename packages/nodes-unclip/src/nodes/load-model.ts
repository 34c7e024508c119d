import { CHECKPOINT_PARAM } from '../checkpoints/bundled-checkpoint.js';
import { absentVision } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';

export const loadModel = defineNode({
  type: 'LoadModel',
  version: 1,
  title: 'Load Model',
  description:
    'Opens a Stable Diffusion 2.1 unCLIP checkpoint, or a plain Stable Diffusion 1 or 2, and hands out its parts.',
  keywords: ['checkpoint', 'load checkpoint', 'ckpt', 'safetensors', 'stable diffusion', 'sd'],
  category: 'model',
  inputs: {},
  outputs: {
    vision: { type: 'vision-model', help: 'Turns pictures into CLIP embeddings; a plain Stable Diffusion has none.' },
    text: { type: 'text-model', help: 'Turns prompts into conditioning.' },
    unet: { type: 'unet', help: 'Removes noise from latents, step by step.' },
    vae: { type: 'vae', help: 'Turns latents into pictures.' },
  },
  params: {
    checkpoint: {
      ...CHECKPOINT_PARAM,
      help: 'The name of an installed checkpoint; "unclip models list" shows them.',
    },
  },
  async evaluate({ params }, { services }) {
    const checkpoint = await services.checkpoints.open(params.checkpoint);
    const { text, unet, vae } = checkpoint;
    return { vision: checkpoint.seesPictures ? checkpoint.vision : absentVision(checkpoint), text, unet, vae };
  },
});
