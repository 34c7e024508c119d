import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';

const CHANNELS = ['brightness', 'red', 'green', 'blue'] as const;

export const imageToMask = defineNode({
  type: 'ImageToMask',
  version: 1,
  title: 'Image to Mask',
  description: 'Makes a mask out of a picture: white is drawn anew, black stays.',
  keywords: ['alpha', 'channel', 'inpaint'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'A picture of the mask; of several the first counts.' } },
  outputs: { mask: { type: 'mask', help: 'For the sampler.' } },
  params: {
    channel: { kind: 'choice', default: 'brightness', options: CHANNELS, help: 'What of the picture is the mask.' },
    invert: { kind: 'boolean', default: false, help: 'Draws the black part anew instead of the white one.' },
    threshold: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'From this brightness on the mask is all white, and black below; 0 keeps the shades, which blend.',
    },
  },
  async evaluate({ inputs, params }) {
    const [picture] = inputs.image;
    if (picture === undefined) throw new Error('Internal error: an image without pictures');
    const { width, height, data } = maskOfChannel(picture, params.channel);
    const levels = data.map((level) => {
      const cut = params.threshold === 0 ? level : level >= params.threshold * 255 ? 255 : 0;
      return params.invert ? 255 - cut : cut;
    });
    return { mask: { width, height, data: levels } };
  },
});
