import { defineNode } from '../define-node.js';
import { savePictures } from './save-pictures.js';

export const previewImage = defineNode({
  type: 'PreviewImage',
  version: 1,
  title: 'Preview Image',
  description: 'Shows pictures without keeping them.',
  keywords: ['show', 'view', 'output'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The pictures to look at.' } },
  outputs: {},
  params: {},
  sideEffects: true,
  async evaluate({ inputs }, context) {
    await savePictures(inputs.image, { name: 'preview', temporary: true }, context);
    return {};
  },
});
