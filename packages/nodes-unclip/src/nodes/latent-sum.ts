import { defineNode } from '../define-node.js';
import { LATENT_SUMS, sumLatents } from '../sampling/transform-latent.js';

export const latentSum = defineNode({
  type: 'LatentSum',
  version: 1,
  title: 'Add, Subtract or Interpolate Latents',
  description: 'Computes with two latent images, the second brought to the size of the first.',
  keywords: ['latent add', 'latent subtract', 'latent interpolate', 'latent math', 'sum', 'difference', 'mix'],
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'A latent.' },
    second: { type: 'latent', help: 'Another latent of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'What is computed.' } },
  params: {
    operation: {
      kind: 'choice',
      default: 'add',
      options: LATENT_SUMS,
      help: 'interpolate turns from one to the other cell by cell, which keeps more contrast than a blend.',
    },
    share: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'How much the first one counts in an interpolation.',
    },
  },
  models: ({ inputs: { first } }) => ({ uses: [], extent: first }),
  async evaluate({ inputs: { first, second }, params }) {
    return { latent: { ...first, samples: sumLatents(first.samples, second.samples, params) } };
  },
});
