import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';

const CHANNELS = ['brightness', 'red', 'green', 'blue'] as const;

export const imageToMask = defineNode({
  type: 'ImageToMask',
  version: 1,
  title: 'Image to Mask',
  description: 'Converts an image to a mask: white is redrawn (inpainted), black stays.',
  keywords: ['alpha', 'channel', 'inpaint'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The image of the mask; only the first of a batch is used.' } },
  outputs: { mask: { type: 'mask', help: 'The mask, for the sampler.' } },
  params: {
    channel: {
      kind: 'choice',
      default: 'brightness',
      options: CHANNELS,
      help: 'Which channel of the image is the mask.',
    },
    invert: { kind: 'boolean', default: false, help: 'Swaps black and white.' },
    threshold: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'The mask is white from this brightness on and black below; 0 keeps the gray levels, which blend.',
    },
  },
  async evaluate({ inputs, params }) {
    const [image] = inputs.image;
    if (image === undefined) throw new Error('Internal error: an empty image batch');
    const { width, height, data } = maskOfChannel(image, params.channel);
    const levels = data.map((level) => {
      const cut = params.threshold === 0 ? level : level >= params.threshold * 255 ? 255 : 0;
      return params.invert ? 255 - cut : cut;
    });
    return { mask: { width, height, data: levels } };
  },
});
