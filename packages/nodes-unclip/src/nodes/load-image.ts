import { defineNode } from '../define-node.js';

export const loadImage = defineNode({
  type: 'LoadImage',
  version: 1,
  title: 'Load Image',
  description: 'Reads a picture (PNG, JPEG or WebP), turned upright and without its transparency.',
  keywords: ['open image', 'upload', 'input image', 'photo', 'img2img'],
  category: 'image',
  inputs: {},
  outputs: { image: { type: 'image', help: 'The picture.' } },
  params: { image: { kind: 'image', default: '', help: 'The picture to read.' } },
  async evaluate({ params }, { services }) {
    return { image: [await services.images.load(params.image)] };
  },
});
