import { withReason } from '@unclip-studio/graph-core';
import { defineNode, inSize } from '../define-node.js';
import { cropImage, type Rectangle } from '../image/crop-image.js';
import { ImageSizeError } from '../image/preprocess-vae.js';
import type { RgbImage } from '../image/rgb-image.js';
import { NUMERICS_PARAM } from './shared-params.js';

const side = (help: string) => ({ kind: 'integer', default: 0, min: 0, max: 65_536, unit: 'px', help }) as const;

export const imageCrop = defineNode({
  type: 'ImageCrop',
  version: 1,
  title: 'Image Crop',
  description: 'Crops images to a rectangle.',
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The cropped images.', traitsOf: 'image' } },
  params: {
    left: side('The left edge of the rectangle.'),
    top: side('The top edge of the rectangle.'),
    width: side('Its width; 0 extends it to the right edge.'),
    height: side('Its height; 0 extends it to the bottom edge.'),
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: a rectangle that extends beyond the image is cut off at its edges, as in ComfyUI.',
    },
  },
  models({ inputs: { image }, params: { left, top, width, height } }) {
    if (width > 0 && height > 0) return inSize(image, { width, height });
    return inSize(image, image.sizePx && insideOf(image.sizePx, { left, top, width, height }));
  },
  async evaluate({ inputs, params: { left, top, width, height, numerics } }) {
    const image = inputs.image.map((source) => {
      if (numerics === 'comfyui') return cropImage(source, insideOf(source, { left, top, width, height }));
      const part = { left, top, width: width || source.width - left, height: height || source.height - top };
      const fits = part.width > 0 && part.height > 0;
      if (fits && left + part.width <= source.width && top + part.height <= source.height) {
        return cropImage(source, part);
      }
      throw withReason(
        new ImageSizeError(
          `ImageCrop: a rectangle from ${left}, ${top} of ${width || 'any width'} x ${height || 'any height'} px is not ` +
            `inside an image of ${source.width} x ${source.height} px. Move it or make it smaller.`,
        ),
        { code: 'crop-outside', widthPx: source.width, heightPx: source.height },
      );
    });
    return { image };
  },
});

/** @see ComfyUI 0.3.64, nodes_images.py, ImageCrop */
function insideOf(source: Pick<RgbImage, 'width' | 'height'>, { left, top, width, height }: Rectangle): Rectangle {
  const [x, y] = [Math.min(left, source.width - 1), Math.min(top, source.height - 1)];
  const [toRight, toBottom] = [source.width - x, source.height - y];
  return {
    left: x,
    top: y,
    width: Math.min(width || toRight, toRight),
    height: Math.min(height || toBottom, toBottom),
  };
}
