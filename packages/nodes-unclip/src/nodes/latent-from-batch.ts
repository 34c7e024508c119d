import { defineNode } from '../define-node.js';
import { concatRows, splitRows } from '../tensor/rows.js';
import { partOfBatch } from './shared-params.js';

export const latentFromBatch = defineNode({
  type: 'LatentFromBatch',
  version: 1,
  title: 'Latents from Batch',
  description: 'Selects some latent images of a batch.',
  keywords: ['select', 'pick', 'index', 'batch', 'latent from batch'],
  category: 'sampling',
  inputs: { latent: { type: 'latent', help: 'The latent images.' } },
  outputs: { latent: { type: 'latent', help: 'The selected latent images.' } },
  params: {
    first: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 4095,
      help: 'The index of the first one to select; 0 is the first of the batch.',
    },
    count: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 4096,
      help: 'How many to select, as far as there are that many.',
    },
  },
  models: ({ inputs: { latent }, params }) => ({
    uses: [],
    extent: { ...latent, rows: partOfBatch(latent.rows, params).count },
  }),
  async evaluate({ inputs: { latent }, params }) {
    const rows = splitRows(latent.samples);
    const { first, count } = partOfBatch(rows.length, params);
    return { latent: { ...latent, samples: concatRows('LatentFromBatch latent', rows.slice(first, first + count)) } };
  },
});
