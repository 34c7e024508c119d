import { defineNode } from '../define-node.js';
import { cropLatent } from '../sampling/transform-latent.js';
import { latentLengthParam, PIXELS_PER_CELL } from './shared-params.js';

export const latentCrop = defineNode({
  type: 'LatentCrop',
  version: 1,
  title: 'Crop Latent',
  description: 'Cuts a rectangle out of a latent image.',
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: { latent: { type: 'latent', help: 'The latent image.' } },
  outputs: { latent: { type: 'latent', help: 'The rectangle.' } },
  params: {
    left: latentLengthParam('Distance from the left edge'),
    top: latentLengthParam('Distance from the top edge'),
    width: latentLengthParam('Width of the rectangle', { value: 512, min: 8 }),
    height: latentLengthParam('Height of the rectangle', { value: 512, min: 8 }),
  },
  models({ inputs: { latent }, params: { width, height } }) {
    const { sizePx } = latent;
    const cropped = sizePx && { width: Math.min(width, sizePx.width), height: Math.min(height, sizePx.height) };
    return { uses: [], extent: { ...latent, ...(cropped && { sizePx: cropped }) } };
  },
  async evaluate({ inputs: { latent }, params: { left, top, width, height } }) {
    const cells = (px: number) => px / PIXELS_PER_CELL;
    const rectangle = { left: cells(left), top: cells(top), w: cells(width), h: cells(height) };
    return { latent: { ...latent, samples: cropLatent(latent.samples, rectangle) } };
  },
});
