import { defineNode } from '../define-node.js';

export const imageRepeat = defineNode({
  type: 'ImageRepeat',
  version: 1,
  title: 'Repeat Images',
  description: 'Takes the same images through the graph several times, such as to start several drawings from one.',
  keywords: ['repeat image batch', 'copies', 'batch'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'All of them, again and again in the same order.' } },
  params: { times: { kind: 'integer', default: 2, min: 1, max: 64, help: 'How often they come.' } },
  models: ({ inputs: { image }, params: { times } }) => ({
    uses: [],
    extent: { ...image, rows: image.rows * times },
  }),
  async evaluate({ inputs: { image }, params: { times } }) {
    return { image: Array.from({ length: times }, () => image).flat() };
  },
});
