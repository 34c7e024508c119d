import { defineNode } from '../define-node.js';
import { featherMask } from '../image/mask-shapes.js';
import { MAX_SIDE_PX } from '../limits.js';

const side = (of: string) =>
  ({
    kind: 'integer',
    default: 0,
    min: 0,
    max: MAX_SIDE_PX,
    unit: 'px',
    help: `The width of the fade ${of}.`,
  }) as const;

export const featherMaskNode = defineNode({
  type: 'FeatherMask',
  version: 1,
  title: 'Feather Mask',
  description: 'Fades a mask towards the edges of the image.',
  keywords: ['soft edge', 'blur', 'inpaint'],
  category: 'image',
  inputs: { mask: { type: 'mask', help: 'The mask.' } },
  outputs: { mask: { type: 'mask', help: 'The mask with soft edges.' } },
  params: {
    left: side('on the left'),
    top: side('at the top'),
    right: side('on the right'),
    bottom: side('at the bottom'),
  },
  evaluate: async ({ inputs, params }) => ({ mask: featherMask(inputs.mask, params) }),
});
