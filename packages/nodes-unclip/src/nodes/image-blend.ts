import { defineNode } from '../define-node.js';
import { BLEND_MODES, blendImages } from '../image/blend-images.js';
import { coverSize } from '../image/crop-image.js';

export const imageBlend = defineNode({
  type: 'ImageBlend',
  version: 1,
  title: 'Blend Images',
  description: 'Blends one image over another, like layers in an image editor.',
  category: 'image',
  inputs: {
    lower: { type: 'image', help: 'The bottom images; they set the size.' },
    upper: { type: 'image', help: 'The top images, resized to that size; a single one is used for all.' },
  },
  outputs: { image: { type: 'image', help: 'The blended images.' } },
  params: {
    share: {
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'The opacity of the upper image.',
    },
    mode: {
      kind: 'choice',
      default: 'normal',
      options: BLEND_MODES,
      help: 'How the colours are combined (blend mode).',
    },
  },
  async evaluate({ inputs: { lower, upper }, params }) {
    const image = lower.map((below, i) => {
      const above = upper[i % upper.length];
      if (above === undefined) throw new Error('Internal error: an empty image batch');
      return blendImages(below, coverSize(above, below, 'bicubic'), params);
    });
    return { image };
  },
});
