import { defineNode } from '../define-node.js';
import { LATENT_SUMS, sumLatents } from '../sampling/transform-latent.js';

export const latentSum = defineNode({
  type: 'LatentSum',
  version: 1,
  title: 'Add, Subtract or Interpolate Latents',
  description: 'Adds, subtracts or interpolates two latent images; the second is resized to the first.',
  keywords: ['latent add', 'latent subtract', 'latent interpolate', 'latent math', 'sum', 'difference', 'mix'],
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'A latent image.' },
    second: { type: 'latent', help: 'Another latent image of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'The result.' } },
  params: {
    operation: {
      kind: 'choice',
      default: 'add',
      options: LATENT_SUMS,
      help: 'interpolate goes from one to the other spherically, cell by cell, which keeps more contrast than a blend.',
    },
    share: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'The weight of the first latent image in an interpolation.',
    },
  },
  models: ({ inputs: { first } }) => ({ uses: [], extent: first }),
  async evaluate({ inputs: { first, second }, params }) {
    return { latent: { ...first, samples: sumLatents(first.samples, second.samples, params) } };
  },
});
