import { defineNode } from '../define-node.js';
import { blendLatents } from '../sampling/transform-latent.js';

export const latentBlend = defineNode({
  type: 'LatentBlend',
  version: 1,
  title: 'Blend Latents',
  description: 'Mixes two latent images, the second brought to the size of the first.',
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'A latent.' },
    second: { type: 'latent', help: 'Another latent of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'Their mix.' } },
  params: {
    share: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, help: 'How much the first one counts.' },
  },
  async evaluate({ inputs: { first, second }, params: { share } }) {
    return { latent: { ...first, samples: blendLatents(first.samples, second.samples, share) } };
  },
});
