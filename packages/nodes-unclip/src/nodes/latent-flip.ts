import { defineNode } from '../define-node.js';
import { flipLatent, LATENT_FLIPS } from '../sampling/transform-latent.js';

export const latentFlip = defineNode({
  type: 'LatentFlip',
  version: 1,
  title: 'Flip Latent',
  description: 'Mirrors a latent image.',
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: { latent: { type: 'latent', help: 'The latent image.' } },
  outputs: { latent: { type: 'latent', help: 'The mirrored latent image.' } },
  params: {
    direction: {
      kind: 'choice',
      default: 'vertically',
      options: LATENT_FLIPS,
      help: 'vertically: swaps top and bottom. horizontally: swaps left and right.',
    },
  },
  async evaluate({ inputs: { latent }, params: { direction } }) {
    return { latent: { ...latent, samples: flipLatent(latent.samples, direction) } };
  },
});
