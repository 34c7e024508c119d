import { defineNode } from '../define-node.js';
import { blurImage } from '../image/blur-image.js';
import { BLUR_PARAMS } from './shared-params.js';

export const imageBlur = defineNode({
  type: 'ImageBlur',
  version: 1,
  title: 'Blur Image',
  description: 'Blurs images with a Gaussian blur.',
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The blurred images.' } },
  params: BLUR_PARAMS,
  async evaluate({ inputs, params: { radius: radiusPx, sigma } }) {
    return { image: inputs.image.map((one) => blurImage(one, { radiusPx, sigma })) };
  },
});
