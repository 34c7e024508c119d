import { defineNode } from '../define-node.js';
import { mapLevels } from '../image/blend-images.js';

export const imageInvert = defineNode({
  type: 'ImageInvert',
  version: 1,
  title: 'Invert Image',
  description: 'Inverts the colours of images, like a photographic negative.',
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The inverted images.' } },
  params: {},
  evaluate: async ({ inputs }) => ({ image: inputs.image.map((one) => mapLevels(one, (level) => 255 - level)) }),
});
