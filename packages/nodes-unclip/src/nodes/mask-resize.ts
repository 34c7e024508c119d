import { defineNode } from '../define-node.js';
import { imageOfMask } from '../image/inpaint-mask.js';
import { maskOfChannel } from '../image/mask-of-channel.js';
import { RESIZE_PARAMS, resizeImage } from './image-resize.js';

/**
 * As diffusers' inpainting pipelines resize and crop a mask with the image that it belongs to, in gray.
 *
 * @see diffusers 0.42.1, image_processor.py, VaeImageProcessor.resize
 */
export const maskResize = defineNode({
  type: 'MaskResize',
  version: 1,
  title: 'Mask Resize',
  description: 'Resizes and crops a mask as Image Resize does an image, so that both stay aligned.',
  keywords: ['scale mask', 'crop mask', 'inpaint'],
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'A mask of the image as it was before it was resized.' } },
  outputs: { mask: { type: 'mask', help: 'The same part of the resized image.' } },
  params: RESIZE_PARAMS,
  async evaluate({ inputs: { mask }, params }) {
    return { mask: maskOfChannel(resizeImage(imageOfMask(mask), params), 'brightness') };
  },
});
