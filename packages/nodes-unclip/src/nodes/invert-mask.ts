import { defineNode } from '../define-node.js';

export const invertMask = defineNode({
  type: 'InvertMask',
  version: 1,
  title: 'Invert Mask',
  description: 'Redraws what would stay, and keeps what would be redrawn.',
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { mask: { type: 'mask', help: 'Its opposite.' } },
  params: {},
  async evaluate({ inputs: { mask } }) {
    return { mask: { ...mask, data: mask.data.map((level) => 255 - level) } };
  },
});
