import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';

const CHANNELS = ['transparency', 'brightness', 'red', 'green', 'blue'] as const;

export const loadMask = defineNode({
  type: 'LoadMask',
  version: 1,
  title: 'Load Mask',
  description: 'Loads a mask from an image: its transparent or bright parts are redrawn (inpainted), the rest stays.',
  keywords: ['inpaint', 'alpha'],
  category: 'image',
  inputs: {},
  outputs: { mask: { type: 'mask', help: 'The mask, for the sampler.' } },
  params: {
    image: {
      kind: 'image',
      default: '',
      mask: { params: { channel: 'brightness', invert: false } },
      help: 'The image to read the mask from; it can be the image to inpaint.',
    },
    channel: {
      kind: 'choice',
      default: 'transparency',
      options: CHANNELS,
      help: 'Which channel of the image is the mask. The transparency of an image without an alpha channel is an empty mask.',
    },
    invert: { kind: 'boolean', default: false, help: 'Swaps what is redrawn and what stays.' },
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
