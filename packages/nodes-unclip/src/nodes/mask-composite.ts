import { defineNode } from '../define-node.js';
import { composeMasks, MASK_OPERATIONS } from '../image/mask-shapes.js';

export const maskComposite = defineNode({
  type: 'MaskComposite',
  version: 1,
  title: 'Composite Masks',
  description: 'Combines two masks: sum, difference, intersection and others.',
  category: 'image',
  inputs: {
    destination: { type: 'mask', help: 'The mask to draw on; it sets the size.' },
    source: { type: 'mask', help: 'The mask to combine with it, in its own size.' },
  },
  outputs: { mask: { type: 'mask', help: 'The combined mask.' } },
  params: {
    left: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 16_384,
      unit: 'px',
      help: 'The position of the source, from the left.',
    },
    top: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 16_384,
      unit: 'px',
      help: 'The position of the source, from the top.',
    },
    operation: {
      kind: 'choice',
      default: 'multiply',
      options: MASK_OPERATIONS,
      help: 'How the two masks are combined; and, or and xor treat everything brighter than half as white.',
    },
  },
  async evaluate({ inputs: { destination, source }, params }) {
    return { mask: composeMasks(destination, source, params) };
  },
});
