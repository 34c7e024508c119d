import { defineNode } from '../define-node.js';

export const invertMask = defineNode({
  type: 'InvertMask',
  version: 1,
  title: 'Invert Mask',
  description: 'Swaps the white and black parts of a mask.',
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { mask: { type: 'mask', help: 'The inverted mask.' } },
  params: {},
  async evaluate({ inputs: { mask } }) {
    return { mask: { ...mask, data: mask.data.map((level) => 255 - level) } };
  },
});
