import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';

const CHANNELS = ['transparency', 'brightness', 'red', 'green', 'blue'] as const;

export const loadMask = defineNode({
  type: 'LoadMask',
  version: 1,
  title: 'Load Mask',
  description: 'Reads a mask from a picture: what is transparent in it, or bright, is drawn anew, the rest stays.',
  keywords: ['inpaint', 'alpha'],
  category: 'image',
  inputs: {},
  outputs: { mask: { type: 'mask', help: 'For the sampler.' } },
  params: {
    image: { kind: 'image', default: '', help: 'The picture to read the mask from; may be the one to be mended.' },
    channel: {
      kind: 'choice',
      default: 'transparency',
      options: CHANNELS,
      help: 'What of the picture is the mask. A picture without transparency has an empty one.',
    },
    invert: { kind: 'boolean', default: false, help: 'Draws anew what would stay, and the other way round.' },
  },
  async evaluate({ params: { image, channel, invert } }, { services }) {
    const levels =
      channel === 'transparency'
        ? inverted(await services.images.loadAlpha(image))
        : maskOfChannel(await services.images.load(image), channel);
    return { mask: invert ? inverted(levels) : levels };
  },
});

interface Levels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

function inverted({ width, height, data }: Levels): Levels {
  return { width, height, data: data.map((level) => 255 - level) };
}
