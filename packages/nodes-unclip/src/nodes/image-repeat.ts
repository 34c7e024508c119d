import { defineNode } from '../define-node.js';

export const imageRepeat = defineNode({
  type: 'ImageRepeat',
  version: 1,
  title: 'Repeat Images',
  description: 'Repeats the images of a batch, such as to generate several results from one image.',
  keywords: ['repeat image batch', 'copies', 'batch'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The repeated images, in the same order each time.' } },
  params: { times: { kind: 'integer', default: 2, min: 1, max: 64, help: 'How many times.' } },
  models: ({ inputs: { image }, params: { times } }) => ({
    uses: [],
    extent: { ...image, rows: image.rows * times },
  }),
  async evaluate({ inputs: { image }, params: { times } }) {
    return { image: Array.from({ length: times }, () => image).flat() };
  },
});
