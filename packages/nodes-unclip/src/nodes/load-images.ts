import { defineNode } from '../define-node.js';
import type { RgbImage } from '../image/rgb-image.js';

export const loadImages = defineNode({
  type: 'LoadImages',
  version: 1,
  title: 'Load Images',
  description: 'Loads several images of the same size as one batch.',
  keywords: ['batch', 'folder', 'list', 'several images'],
  category: 'image',
  inputs: {},
  outputs: { image: { type: 'image', help: 'The images, in the order of the list.' } },
  params: {
    images: {
      kind: 'text',
      names: 'image',
      default: '',
      multiline: true,
      maxLength: 100_000,
      help: 'The images to load, one name per line.',
    },
  },
  expands: { kind: 'lines', param: 'images', type: 'LoadImage', typeParam: 'image', output: 'image' },
  async evaluate({ inputs }) {
    // Expanded, it has an input for each line, which its definition does not declare.
    const images = Object.values(inputs as Readonly<Record<string, readonly RgbImage[]>>).flat();
    checkSizes(images);
    return { image: images };
  },
});

function checkSizes([first, ...others]: readonly RgbImage[]): void {
  const other = others.findIndex(({ width, height }) => width !== first?.width || height !== first?.height);
  const { width, height } = others[other] ?? {};
  if (first === undefined || width === undefined) return;
  throw new Error(
    `The images differ in size: the first one is ${first.width} x ${first.height} px, number ${other + 2} is ${width} x ${height} px. ` +
      'What goes through the graph together must be of one size: bring them to one, or run them one by one with a Sweep over a LoadImage.',
  );
}
