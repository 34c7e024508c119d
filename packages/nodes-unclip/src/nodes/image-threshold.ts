import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';

export const imageThreshold = defineNode({
  type: 'ImageThreshold',
  version: 1,
  title: 'Threshold Image',
  description: 'Turns images black and white: white from a brightness threshold on.',
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The black and white images.' } },
  params: {
    threshold: {
      kind: 'integer',
      default: 128,
      min: 0,
      max: 255,
      help: 'Pixels at least this bright become white. 0 makes everything white.',
    },
  },
  async evaluate({ inputs, params: { threshold } }) {
    return {
      image: inputs.image.map((one) => {
        const { data: levels } = maskOfChannel(one, 'brightness');
        const data = new Uint8Array(one.data.length);
        for (const [i, level] of levels.entries()) if (level >= threshold) data.fill(255, 3 * i, 3 * i + 3);
        return { width: one.width, height: one.height, data };
      }),
    };
  },
});
