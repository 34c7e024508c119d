import { defineNode } from '../define-node.js';
import { growMask } from '../image/mask-shapes.js';

export const growMaskNode = defineNode({
  type: 'GrowMask',
  version: 1,
  title: 'Grow Mask',
  description: 'Lets what is white in a mask grow, or shrink, such as for some room around what is inpainted.',
  keywords: ['expand', 'dilate', 'inpaint'],
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { mask: { type: 'mask', help: 'The mask, grown.' } },
  params: {
    expand: { kind: 'integer', default: 6, min: -512, max: 512, unit: 'px', help: 'By how much; below 0 it shrinks.' },
    taperedCorners: {
      kind: 'boolean',
      default: true,
      label: 'tapered corners',
      help: 'Corners grow less, so that a point becomes a diamond; off, it becomes a square.',
    },
  },
  async evaluate({ inputs, params: { expand, taperedCorners } }) {
    return { mask: growMask(inputs.mask, { byPx: expand, tapered: taperedCorners }) };
  },
});
