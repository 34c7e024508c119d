import { defineNode } from '../define-node.js';
import { partOfBatch } from './shared-params.js';

export const imageFromBatch = defineNode({
  type: 'ImageFromBatch',
  version: 1,
  title: 'Images from Batch',
  description: 'Selects some images of a batch.',
  keywords: ['select', 'pick', 'index', 'batch'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The selected images.' } },
  params: {
    first: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 4095,
      help: 'The index of the first image to select; 0 is the first of the batch.',
    },
    count: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 4096,
      help: 'How many images to select, as far as there are that many.',
    },
  },
  models: ({ inputs: { image }, params: { first, count } }) => ({
    uses: [],
    extent: { ...image, rows: partOfBatch(image.rows, { first, count }).count },
  }),
  async evaluate({ inputs: { image }, params }) {
    const { first, count } = partOfBatch(image.length, params);
    return { image: image.slice(first, first + count) };
  },
});
