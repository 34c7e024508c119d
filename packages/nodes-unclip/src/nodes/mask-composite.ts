import { defineNode } from '../define-node.js';
import { composeMasks, MASK_OPERATIONS } from '../image/mask-shapes.js';

export const maskComposite = defineNode({
  type: 'MaskComposite',
  version: 1,
  title: 'Composite Masks',
  description: 'Combines two masks: their sum, their difference, what both have in common.',
  category: 'image',
  inputs: {
    destination: { type: 'mask', help: 'The mask whose size is the result’s.' },
    source: { type: 'mask', help: 'The mask that is laid over it, in its own size.' },
  },
  outputs: { mask: { type: 'mask', help: 'The combined mask.' } },
  params: {
    left: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 16_384,
      unit: 'px',
      help: 'Where the source lies, from the left.',
    },
    top: { kind: 'integer', default: 0, min: 0, max: 16_384, unit: 'px', help: 'Where the source lies, from the top.' },
    operation: {
      kind: 'choice',
      default: 'multiply',
      options: MASK_OPERATIONS,
      help: 'How values of the two are combined; and, or and xor take everything brighter than half as white.',
    },
  },
  async evaluate({ inputs: { destination, source }, params }) {
    return { mask: composeMasks(destination, source, params) };
  },
});
