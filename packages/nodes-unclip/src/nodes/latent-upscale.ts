import { defineNode } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { MAX_SIDE_PX } from '../limits.js';
import { resizeLatentLikeComfyUi, UPSCALE_METHODS } from '../sampling/comfyui/resize-latent.js';
import { bindDims } from '../tensor/tensor.js';
import { PIXELS_PER_CELL } from './shared-params.js';

// Of the VAEs of all Stable Diffusion checkpoints; a latent does not say which one it belongs to.

export const latentUpscale = defineNode({
  type: 'LatentUpscale',
  version: 1,
  title: 'Latent Upscale',
  description: 'Upscales a latent image for a second pass that adds detail (hires fix).',
  keywords: ['hires fix', 'highres', 'upscale', 'resize latent', 'second pass'],
  category: 'sampling',
  imagesFrom: 'latent',
  inputs: { latent: { type: 'latent', help: 'The latent image of the first pass.' } },
  outputs: { latent: { type: 'latent', help: 'The upscaled latent image.' } },
  params: {
    scale: {
      kind: 'number',
      default: 2,
      min: 0.01,
      max: 8,
      step: 0.25,
      help: 'The scale factor; sides are rounded to whole latent cells.',
    },
    width: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: MAX_SIDE_PX,
      multipleOf: 8,
      unit: 'px',
      help: 'The width of the result; 0 uses the scale.',
    },
    height: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: MAX_SIDE_PX,
      multipleOf: 8,
      unit: 'px',
      help: 'The height of the result; 0 uses the scale.',
    },
    method: {
      kind: 'choice',
      default: 'bicubic',
      options: UPSCALE_METHODS,
      help: 'The interpolation: nearest-exact repeats cells, bilinear and bicubic blend them, area averages, bislerp interpolates spherically.',
    },
    crop: {
      kind: 'choice',
      default: 'none',
      options: ['none', 'centre'],
      added: true,
      help: 'centre: crops to the new aspect ratio first. none: stretches.',
    },
  },
  models({ inputs: { latent }, params }) {
    const side = (sidePx: number, wantedPx: number) => (wantedPx === 0 ? Math.round(sidePx * params.scale) : wantedPx);
    const { width, height } = latent.sizePx ?? { width: 0, height: 0 };
    const sizePx = { width: side(width, params.width), height: side(height, params.height) };
    return { uses: [], extent: { ...latent, ...(latent.sizePx && { sizePx }) } };
  },
  async evaluate({ inputs, params }) {
    const { samples } = inputs.latent;
    const { h = 0, w = 0 } = bindDims('LatentUpscale latent', samples, 'n c h w');
    const side = (cells: number, sizePx: number) =>
      Math.max(sizePx === 0 ? Math.round(cells * params.scale) : sizePx / PIXELS_PER_CELL, 1);
    const size = { h: side(h, params.height), w: side(w, params.width), method: params.method };
    const sizePx = { width: size.w * PIXELS_PER_CELL, height: size.h * PIXELS_PER_CELL };
    checkImageSize(sizePx, { maker: 'LatentUpscale', advice: 'Take a smaller size or scale.' });
    const resized = resizeLatentLikeComfyUi(samples, { ...size, crops: params.crop === 'centre' });
    return { latent: { ...inputs.latent, samples: resized } };
  },
});
