import { defineNode } from '../define-node.js';
import { saveImages } from './save-images.js';

export const previewImage = defineNode({
  type: 'PreviewImage',
  version: 1,
  title: 'Preview Image',
  description: 'Shows images without saving them.',
  keywords: ['show', 'view', 'output'],
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images to show.' } },
  outputs: {},
  params: {},
  sideEffects: true,
  async evaluate({ inputs }, context) {
    await saveImages(inputs.image, { name: 'preview', temporary: true }, context);
    return {};
  },
});
