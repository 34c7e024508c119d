import { defineNode } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { MAX_SIDE_PX } from '../limits.js';

const side = (of: string) =>
  ({ kind: 'integer', default: 512, min: 1, max: MAX_SIDE_PX, unit: 'px', help: `The ${of} of the image.` }) as const;
const level = (of: string) =>
  ({ kind: 'integer', default: 0, min: 0, max: 255, help: `The ${of} value of the color.` }) as const;

export const emptyImage = defineNode({
  type: 'EmptyImage',
  version: 1,
  title: 'Empty Image',
  description: 'An image of a single color, such as a background to compose on.',
  keywords: ['solid color', 'blank', 'background', 'fill'],
  category: 'image',
  inputs: {},
  outputs: { image: { type: 'image', help: 'The images.' } },
  params: {
    width: side('width'),
    height: side('height'),
    count: { kind: 'integer', default: 1, min: 1, max: 64, help: 'The number of images.' },
    red: level('red'),
    green: level('green'),
    blue: level('blue'),
  },
  models: ({ params: { width, height, count } }) => ({ uses: [], extent: { rows: count, sizePx: { width, height } } }),
  async evaluate({ params: { width, height, count, red, green, blue } }) {
    checkImageSize({ width, height }, { maker: 'EmptyImage', advice: 'Make it smaller.' });
    const data = new Uint8Array(3 * width * height);
    for (let i = 0; i < data.length; i += 3) data.set([red, green, blue], i);
    return { image: Array.from({ length: count }, () => ({ width, height, data })) };
  },
});
