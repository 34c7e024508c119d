import { defineNode } from '../define-node.js';
import { LATENT_RESIZE_METHODS, resizeLatent } from '../sampling/resize-latent.js';
import { bindDims } from '../tensor/tensor.js';

export const latentUpscale = defineNode({
  type: 'LatentUpscale',
  version: 1,
  title: 'Latent Upscale',
  description: 'Makes a latent larger, for a second pass that draws the finer detail.',
  category: 'sampling',
  inputs: { latent: { type: 'latent', help: 'What the first pass drew.' } },
  outputs: { latent: { type: 'latent', help: 'The same, larger.' } },
  params: {
    scale: {
      kind: 'number',
      default: 2,
      min: 0.25,
      max: 8,
      step: 0.25,
      help: 'How many times as wide and as high; sides are rounded to whole latent cells.',
    },
    method: {
      kind: 'choice',
      default: 'bicubic',
      options: LATENT_RESIZE_METHODS,
      help: 'How new cells are made: nearest-exact repeats, bilinear and bicubic blend.',
    },
  },
  async evaluate({ inputs, params }) {
    const { samples } = inputs.latent;
    const { h = 0, w = 0 } = bindDims('LatentUpscale latent', samples, 'n c h w');
    const scaled = (cells: number) => Math.max(Math.round(cells * params.scale), 1);
    return { latent: { samples: resizeLatent(samples, { h: scaled(h), w: scaled(w), method: params.method }) } };
  },
});
