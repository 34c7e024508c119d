import { defineNode } from '../define-node.js';

export const maskToImage = defineNode({
  type: 'MaskToImage',
  version: 1,
  title: 'Mask to Image',
  description: 'Converts a mask to an image: white is redrawn, black stays.',
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { image: { type: 'image', help: 'A grayscale image.' } },
  params: {},
  async evaluate({ inputs: { mask } }) {
    const { width, height, data } = mask;
    return {
      image: [
        { width, height, data: Uint8Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)] ?? 0) },
      ],
    };
  },
});
