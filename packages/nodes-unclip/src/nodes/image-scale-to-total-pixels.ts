import { defineNode, inSize } from '../define-node.js';
import { resizePillow } from '../image/pillow-resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { isTorchFilter, upscaleComfyUi } from '../image/upscale-comfyui.js';
import { roundHalfEven } from '../schedulers/timestep-spacing.js';
import { FILTER_PARAM, NUMERICS_PARAM } from './shared-params.js';

export const imageScaleToTotalPixels = defineNode({
  type: 'ImageScaleToTotalPixels',
  version: 1,
  title: 'Scale Image to Total Pixels',
  description: 'Resizes images to a number of megapixels and keeps the aspect ratio.',
  keywords: ['megapixels', 'resize'],
  category: 'image',
  imagesFrom: 'image',
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
    filter: FILTER_PARAM,
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: bicubic and bilinear as in torch, without antialiasing, and sizes rounded as in ComfyUI.',
    },
  },
  models({ inputs: { image }, params: { megapixels } }) {
    // Only the area is known of an image of unknown size.
    return inSize(image, sizeOf(image.sizePx ?? { width: 1, height: 1 }, megapixels * MEGAPIXEL, Math.round));
  },
  async evaluate({ inputs, params: { megapixels, filter, numerics } }) {
    const image = inputs.image.map((one) => {
      if (numerics === 'comfyui' || isTorchFilter(filter)) {
        return upscaleComfyUi(one, { ...sizeOf(one, Math.trunc(megapixels * MEGAPIXEL), roundHalfEven), filter });
      }
      return resizePillow(one, { ...sizeOf(one, megapixels * MEGAPIXEL, Math.round), filter });
    });
    return { image };
  },
});

const MEGAPIXEL = 1024 * 1024;

function sizeOf(
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  pixels: number,
  round: (length: number) => number,
) {
  const scale = Math.sqrt(pixels / (width * height));
  const side = (length: number) => Math.max(round(length * scale), 1);
  return { width: side(width), height: side(height) };
}
