import { defineNode } from '../define-node.js';

export const loadVae = defineNode({
  type: 'LoadVAE',
  version: 1,
  title: 'Load VAE',
  description: 'Opens a VAE from a file of its own, to use instead of the VAE in the checkpoint; also TAESD.',
  keywords: ['vae', 'autoencoder', 'taesd'],
  category: 'model',
  inputs: {},
  outputs: { vae: { type: 'vae', help: 'Turns latent images into images and back.' } },
  params: {
    file: {
      kind: 'checkpoint',
      model: 'vae',
      default: '',
      help: 'The name of a VAE in models/vae: a .safetensors file or a diffusers folder.',
    },
  },
  async evaluate({ params }, { services }) {
    const vae = await services.checkpoints.openModel('vae', params.file);
    if (vae.otherFamily !== undefined) {
      services.inference.notice?.(
        `Load VAE: "${vae.name}" declares that it was made for ${vae.otherFamily}; Stable Diffusion 1 and 2 get wrong colors from it. ` +
          'Choose another one, such as vae-ft-mse-840000-ema-pruned.',
        { code: 'vae-of-other-family', vae: vae.name, family: vae.otherFamily },
      );
    }
    return { vae };
  },
});
