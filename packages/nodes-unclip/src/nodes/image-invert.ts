import { defineNode } from '../define-node.js';
import { mapLevels } from '../image/blend-images.js';

export const imageInvert = defineNode({
  type: 'ImageInvert',
  version: 1,
  title: 'Invert Image',
  description: 'Turns white to black and each colour to its opposite, as a negative does.',
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'Their negatives.' } },
  params: {},
  evaluate: async ({ inputs }) => ({ image: inputs.image.map((one) => mapLevels(one, (level) => 255 - level)) }),
});
