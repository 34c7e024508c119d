import { defineNode } from '../define-node.js';
import { BLEND_MODES, blendImages } from '../image/blend-images.js';
import { coverSize } from '../image/crop-image.js';

export const imageBlend = defineNode({
  type: 'ImageBlend',
  version: 1,
  title: 'Blend Images',
  description: 'Lays one image over another, as layers of image editors do.',
  category: 'image',
  inputs: {
    lower: { type: 'image', help: 'The images below; their size is the result’s.' },
    upper: { type: 'image', help: 'The images above, brought to that size; one serves all below.' },
  },
  outputs: { image: { type: 'image', help: 'The blended images.' } },
  params: {
    share: {
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.01,
      help: 'How much the upper image counts: its opacity.',
    },
    mode: { kind: 'choice', default: 'normal', options: BLEND_MODES, help: 'How colours of the two are combined.' },
  },
  async evaluate({ inputs: { lower, upper }, params }) {
    const image = lower.map((below, i) => {
      const above = upper[i % upper.length];
      if (above === undefined) throw new Error('Internal error: an image without pictures');
      return blendImages(below, coverSize(above, below, 'bicubic'), params);
    });
    return { image };
  },
});
