import { defineNode } from '../define-node.js';
import { saveImages } from './save-images.js';
import { WIDE_TRAIT } from './shared-params.js';

export const saveImage = defineNode({
  type: 'SaveImage',
  version: 1,
  title: 'Save Image',
  description: 'Saves images as files that contain the workflow that generated them.',
  keywords: ['output', 'png', 'webp', 'jpeg', 'export', 'download'],
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images to save.' } },
  outputs: {},
  params: {
    name: {
      kind: 'text',
      default: 'picture',
      maxLength: 80,
      help: 'The file name prefix; a number is added, and no file is overwritten.',
    },
    format: {
      kind: 'choice',
      default: 'png',
      options: ['png', 'webp'],
      help: 'png, or lossless webp: the same pixels in a smaller file. An image with 16 bits per channel is saved as a 16-bit PNG.',
    },
  },
  conflicts: [
    {
      when: [{ param: 'format', is: ['webp'] }],
      input: { name: 'image', trait: WIDE_TRAIT },
      problem:
        'a WebP holds 8 bits a channel, and the image has 16. Choose the format png, or a bit depth of 8 where the image is made.',
      because: { code: 'webp-depth' },
    },
  ],
  sideEffects: true,
  async evaluate({ inputs, params: { name, format } }, context) {
    await saveImages(inputs.image, { name, format, temporary: false }, context);
    return {};
  },
});
