import { CHECKPOINT_PARAM } from '../checkpoints/bundled-checkpoint.js';
import { defineNode } from '../define-node.js';

export const loadModel = defineNode({
  type: 'LoadModel',
  version: 1,
  title: 'Load Model',
  description:
    'Opens a Stable Diffusion 2.1 unCLIP checkpoint, a plain Stable Diffusion 1 or 2, or one for image variations, and outputs its parts.',
  keywords: ['checkpoint', 'load checkpoint', 'ckpt', 'safetensors', 'stable diffusion', 'sd'],
  category: 'model',
  inputs: {},
  outputs: {
    vision: {
      type: 'vision-model',
      help: 'Turns images into CLIP embeddings. A plain Stable Diffusion has none, except one that IP-Adapter can use.',
    },
    text: { type: 'text-model', help: 'Encodes prompts; a checkpoint for image variations has none.' },
    unet: { type: 'unet', help: 'Removes noise from latents, step by step.' },
    vae: { type: 'vae', help: 'Turns latent images into images and back.' },
  },
  params: {
    checkpoint: {
      ...CHECKPOINT_PARAM,
      help: 'The name of an installed checkpoint; "unclip models list" shows them.',
    },
  },
  async evaluate({ params }, { services }) {
    const { vision, text, unet, vae } = await services.checkpoints.open(params.checkpoint);
    return { vision, text, unet, vae };
  },
});
