import { defineNode } from '../define-node.js';
import { joinLatents } from '../sampling/transform-latent.js';

export const latentBatch = defineNode({
  type: 'LatentBatch',
  version: 1,
  title: 'Batch Latents',
  description: 'Combines latent images from two sources into one batch; the second ones are resized to the first.',
  keywords: ['list', 'combine', 'batch', 'latent batch'],
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'Latent images; they set the size.' },
    second: { type: 'latent', help: 'The latent images to append, of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'All of them, in order.' } },
  params: {},
  models: ({ inputs: { first, second } }) => ({ uses: [], extent: { ...first, rows: first.rows + second.rows } }),
  async evaluate({ inputs: { first, second } }) {
    return { latent: { ...first, samples: joinLatents(first.samples, second.samples) } };
  },
});
