import { defineNode } from '../define-node.js';
import { coverSize } from '../image/crop-image.js';

export const imageBatch = defineNode({
  type: 'ImageBatch',
  version: 1,
  title: 'Batch Images',
  description:
    'Takes images of two sources through the graph together, the second ones brought to the size of the first.',
  keywords: ['list', 'combine', 'batch'],
  category: 'image',
  inputs: {
    first: { type: 'image', help: 'Images; the size of their first one is that of all.' },
    second: { type: 'image', help: 'The images behind them.' },
  },
  outputs: { image: { type: 'image', help: 'All of them, in order.' } },
  params: {},
  models: ({ inputs: { first, second } }) => ({ uses: [], extent: { ...first, rows: first.rows + second.rows } }),
  async evaluate({ inputs: { first, second } }) {
    const [size] = first;
    if (size === undefined) throw new Error('Internal error: an image without pictures');
    return { image: [...first, ...second].map((one) => coverSize(one, size, 'bilinear')) };
  },
});
