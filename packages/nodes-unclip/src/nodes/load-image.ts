import { defineNode } from '../define-node.js';
import { BIT_DEPTH_PARAM } from './shared-params.js';

export const loadImage = defineNode({
  type: 'LoadImage',
  version: 1,
  title: 'Load Image',
  description: 'Loads an image (PNG, JPEG or WebP), turned upright and without its transparency.',
  keywords: ['open image', 'upload', 'input image', 'photo', 'img2img'],
  category: 'image',
  inputs: {},
  outputs: { image: { type: 'image', help: 'The image.' } },
  params: {
    image: { kind: 'image', default: '', help: 'The image to load.' },
    bitDepth: {
      ...BIT_DEPTH_PARAM,
      help: '16: all bits of a 16-bit PNG are kept. Save Image writes it as a 16-bit PNG; Upscale Image with Model and Image Crop keep it, other nodes use its upper 8 bits.',
    },
  },
  async evaluate({ params }, { services }) {
    return { image: [await services.images.load(params.image, params.bitDepth === '16' ? 16 : 8)] };
  },
});
