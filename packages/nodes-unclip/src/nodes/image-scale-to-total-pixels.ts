import { defineNode } from '../define-node.js';
import { resizePillow } from '../image/pillow-resize.js';

export const imageScaleToTotalPixels = defineNode({
  type: 'ImageScaleToTotalPixels',
  version: 1,
  title: 'Scale Image to Total Pixels',
  description: 'Resizes images to a number of megapixels and keeps the aspect ratio.',
  keywords: ['megapixels', 'resize'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The resized images.' } },
  params: {
    megapixels: {
      kind: 'number',
      default: 1,
      min: 0.01,
      max: 16,
      step: 0.05,
      help: 'The number of megapixels; 1 is 1024 x 1024 pixels.',
    },
    filter: {
      kind: 'choice',
      default: 'lanczos',
      options: ['lanczos', 'bicubic', 'bilinear', 'box'],
      help: 'lanczos is the sharpest, box the smoothest.',
    },
  },
  async evaluate({ inputs, params: { megapixels, filter } }) {
    const image = inputs.image.map((one) => {
      const scale = Math.sqrt((megapixels * 1024 * 1024) / (one.width * one.height));
      const side = (length: number) => Math.max(Math.round(length * scale), 1);
      return resizePillow(one, { width: side(one.width), height: side(one.height), filter });
    });
    return { image };
  },
});
