import { defineNode, inSize } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { padForOutpaint } from '../image/pad-image.js';
import { MAX_SIDE_PX } from '../limits.js';

const side = (of: string) =>
  ({ kind: 'integer', default: 0, min: 0, max: MAX_SIDE_PX, unit: 'px', help: `How much to add ${of}.` }) as const;

export const imagePadForOutpaint = defineNode({
  type: 'ImagePadForOutpaint',
  version: 1,
  title: 'Pad Image for Outpainting',
  description: 'Adds a border around an image, and the mask with which a sampler fills it: outpainting.',
  keywords: ['outpaint', 'extend', 'uncrop', 'pad'],
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images, all of the same size.' } },
  outputs: {
    image: { type: 'image', help: 'The padded images, gray at the border, for VAE Encode.' },
    mask: { type: 'mask', help: 'White at the border, for the sampler.' },
  },
  params: {
    left: side('on the left'),
    top: side('above'),
    right: side('on the right'),
    bottom: side('below'),
    feathering: {
      kind: 'integer',
      default: 40,
      min: 0,
      max: MAX_SIDE_PX,
      unit: 'px',
      help: 'How far the mask fades into the image, so that no seam is visible.',
    },
  },
  models({ inputs: { image }, params: { left, top, right, bottom } }) {
    const { sizePx } = image;
    return inSize(image, sizePx && { width: left + sizePx.width + right, height: top + sizePx.height + bottom });
  },
  async evaluate({ inputs, params: { feathering, ...edges } }) {
    const { left, top, right, bottom } = edges;
    for (const { width, height } of inputs.image) {
      const size = { width: left + width + right, height: top + height + bottom };
      checkImageSize(size, { maker: 'ImagePadForOutpaint', advice: 'Add less around it.' });
    }
    const padded = inputs.image.map((one) => padForOutpaint(one, { ...edges, feather: feathering }));
    const [first] = padded;
    if (first === undefined) throw new Error('Internal error: an empty image batch');
    return { image: padded.map(({ image }) => image), mask: first.mask };
  },
});
