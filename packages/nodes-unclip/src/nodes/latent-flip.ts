import { defineNode } from '../define-node.js';
import { flipLatent, LATENT_FLIPS } from '../sampling/transform-latent.js';

export const latentFlip = defineNode({
  type: 'LatentFlip',
  version: 1,
  title: 'Flip Latent',
  description: 'Mirrors a latent image.',
  category: 'sampling',
  inputs: { latent: { type: 'latent', help: 'The latent.' } },
  outputs: { latent: { type: 'latent', help: 'The mirrored latent.' } },
  params: {
    direction: {
      kind: 'choice',
      default: 'vertically',
      options: LATENT_FLIPS,
      help: 'vertically: top and bottom change places; horizontally: left and right do.',
    },
  },
  async evaluate({ inputs: { latent }, params: { direction } }) {
    return { latent: { ...latent, samples: flipLatent(latent.samples, direction) } };
  },
});
