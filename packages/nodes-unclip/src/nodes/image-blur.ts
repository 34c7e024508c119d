import { defineNode } from '../define-node.js';
import { blurImage } from '../image/blur-image.js';

export const imageBlur = defineNode({
  type: 'ImageBlur',
  version: 1,
  title: 'Blur Image',
  description: 'Softens images with a Gaussian blur.',
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The blurred images.' } },
  params: {
    radius: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 31,
      unit: 'px',
      help: 'How far a pixel reaches.',
    },
    sigma: {
      kind: 'number',
      default: 1,
      min: 0.1,
      max: 10,
      step: 0.1,
      help: 'How evenly it spreads over that radius; small numbers keep it near the middle.',
    },
  },
  async evaluate({ inputs, params: { radius: radiusPx, sigma } }) {
    return { image: inputs.image.map((one) => blurImage(one, { radiusPx, sigma })) };
  },
});
