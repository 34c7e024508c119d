import { defineNode } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { MAX_SIDE_PX } from '../limits.js';

const side = (of: string) =>
  ({ kind: 'integer', default: 512, min: 1, max: MAX_SIDE_PX, unit: 'px', help: `The ${of} of the mask.` }) as const;

export const solidMask = defineNode({
  type: 'SolidMask',
  version: 1,
  title: 'Solid Mask',
  description: 'A mask of a single level, to compose others from.',
  keywords: ['empty mask', 'fill', 'rectangle'],
  category: 'image',
  inputs: {},
  outputs: { mask: { type: 'mask', help: 'The mask.' } },
  params: {
    level: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'The level: 0 keeps everything, 1 redraws everything.',
    },
    width: side('width'),
    height: side('height'),
  },
  async evaluate({ params: { level, width, height } }) {
    checkImageSize({ width, height }, { maker: 'SolidMask', advice: 'Make it smaller.' });
    return { mask: { width, height, data: new Uint8Array(width * height).fill(Math.round(255 * level)) } };
  },
});
