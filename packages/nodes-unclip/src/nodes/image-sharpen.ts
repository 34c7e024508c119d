import { defineNode } from '../define-node.js';
import { sharpenImage } from '../image/blur-image.js';
import { BLUR_PARAMS } from './shared-params.js';

export const imageSharpen = defineNode({
  type: 'ImageSharpen',
  version: 1,
  title: 'Sharpen Image',
  description: 'Sharpens images with an unsharp mask.',
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The sharpened images.' } },
  params: {
    ...BLUR_PARAMS,
    amount: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 50,
      step: 0.1,
      help: 'How strongly to sharpen: the factor of the difference to the blurred image. Ten times the alpha of ComfyUI.',
    },
  },
  async evaluate({ inputs, params: { radius: radiusPx, sigma, amount } }) {
    return { image: inputs.image.map((one) => sharpenImage(one, { radiusPx, sigma, amount })) };
  },
});
