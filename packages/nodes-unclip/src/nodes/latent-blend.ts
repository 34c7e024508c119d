import { defineNode } from '../define-node.js';
import { blendLatents } from '../sampling/transform-latent.js';

export const latentBlend = defineNode({
  type: 'LatentBlend',
  version: 1,
  title: 'Blend Latents',
  description: 'Blends two latent images; the second is resized to the first.',
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'A latent image.' },
    second: { type: 'latent', help: 'Another latent image of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'The blended latent image.' } },
  params: {
    share: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, help: 'The weight of the first latent image.' },
  },
  async evaluate({ inputs: { first, second }, params: { share } }) {
    return { latent: { ...first, samples: blendLatents(first.samples, second.samples, share) } };
  },
});
