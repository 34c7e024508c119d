import { defineNode } from '../define-node.js';
import { joinLatents } from '../sampling/transform-latent.js';

export const latentBatch = defineNode({
  type: 'LatentBatch',
  version: 1,
  title: 'Batch Latents',
  description:
    'Takes latent images of two sources through the graph together, the second ones brought to the size of the first.',
  keywords: ['list', 'combine', 'batch', 'latent batch'],
  category: 'sampling',
  inputs: {
    first: { type: 'latent', help: 'Latents; their size is that of all.' },
    second: { type: 'latent', help: 'The latents behind them, of the same VAE.' },
  },
  outputs: { latent: { type: 'latent', help: 'All of them, in order.' } },
  params: {},
  models: ({ inputs: { first, second } }) => ({ uses: [], extent: { ...first, rows: first.rows + second.rows } }),
  async evaluate({ inputs: { first, second } }) {
    return { latent: { ...first, samples: joinLatents(first.samples, second.samples) } };
  },
});
