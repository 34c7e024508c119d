import { defineNode } from '../define-node.js';
import { coverSize } from '../image/crop-image.js';

export const imageBatch = defineNode({
  type: 'ImageBatch',
  version: 1,
  title: 'Batch Images',
  description: 'Combines images from two sources into one batch; the second ones are resized to the first.',
  keywords: ['list', 'combine', 'batch'],
  category: 'image',
  inputs: {
    first: { type: 'image', help: 'Images; the first one sets the size.' },
    second: { type: 'image', help: 'The images to append.' },
  },
  outputs: { image: { type: 'image', help: 'All of them, in order.' } },
  params: {},
  models: ({ inputs: { first, second } }) => ({ uses: [], extent: { ...first, rows: first.rows + second.rows } }),
  async evaluate({ inputs: { first, second } }) {
    const [size] = first;
    if (size === undefined) throw new Error('Internal error: an empty image batch');
    return { image: [...first, ...second].map((one) => coverSize(one, size, 'bilinear')) };
  },
});
