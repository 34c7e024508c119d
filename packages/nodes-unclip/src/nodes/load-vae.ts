import { defineNode } from '../define-node.js';

export const loadVae = defineNode({
  type: 'LoadVAE',
  version: 1,
  title: 'Load VAE',
  description: 'Opens a VAE that comes by itself, to use instead of the one in the checkpoint; also TAESD.',
  keywords: ['vae', 'autoencoder', 'taesd'],
  category: 'model',
  inputs: {},
  outputs: { vae: { type: 'vae', help: 'Turns latent images into images and back.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'vae',
      default: '',
      help: 'The name of a VAE in models/vae: a .safetensors file, or a folder of diffusers.',
    },
  },
  async evaluate({ params }, { services }) {
    return { vae: await services.checkpoints.openModel('vae', params.file) };
  },
});
