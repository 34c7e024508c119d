import { defineNode } from '../define-node.js';
import { growMask } from '../image/mask-shapes.js';

export const growMaskNode = defineNode({
  type: 'GrowMask',
  version: 1,
  title: 'Grow Mask',
  description: 'Expands or shrinks the white area of a mask, such as for a margin around what is inpainted.',
  keywords: ['expand', 'dilate', 'inpaint'],
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { mask: { type: 'mask', help: 'The expanded mask.' } },
  params: {
    expand: {
      kind: 'integer',
      default: 6,
      min: -512,
      max: 512,
      unit: 'px',
      help: 'By how many pixels; below 0 the mask shrinks.',
    },
    taperedCorners: {
      kind: 'boolean',
      default: true,
      label: 'tapered corners',
      help: 'Corners grow less, so that a dot becomes a diamond. Off: it becomes a square.',
    },
  },
  async evaluate({ inputs, params: { expand, taperedCorners } }) {
    return { mask: growMask(inputs.mask, { byPx: expand, tapered: taperedCorners }) };
  },
});
