import { defineNode } from '../define-node.js';
import { imageGrid } from '../image/image-grid.js';

const GROUNDS = { white: 255, grey: 128, black: 0 } as const;
const GROUND_NAMES = Object.keys(GROUNDS) as readonly (keyof typeof GROUNDS)[];

export const imageGridNode = defineNode({
  type: 'ImageGrid',
  version: 1,
  title: 'Image Grid',
  description: 'Arranges images in a grid, as one image, optionally with a label below each.',
  keywords: ['contact sheet', 'xy plot', 'collage'],
  category: 'image',
  inputs: {
    image: { type: 'image', help: 'The images, row by row.' },
    image2: { type: 'image', optional: true, help: 'More images, after the first ones.' },
    image3: { type: 'image', optional: true, help: 'More images, after those.' },
    image4: { type: 'image', optional: true, help: 'More images, at the end.' },
  },
  outputs: { image: { type: 'image', help: 'The grid.' } },
  params: {
    columns: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 64,
      help: 'The number of columns; 0 makes the grid about square.',
    },
    gap: { kind: 'integer', default: 4, min: 0, max: 256, unit: 'px', help: 'The space between the images.' },
    ground: { kind: 'choice', default: 'white', options: GROUND_NAMES, help: 'The background colour.' },
    labels: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 10_000,
      help: 'A label for each image, one per line; empty for none.',
    },
  },
  models: () => ({ uses: [], extent: { rows: 1 } }),
  async evaluate({ inputs, params }) {
    const { image, image2 = [], image3 = [], image4 = [] } = inputs;
    const images = [...image, ...image2, ...image3, ...image4];
    const grid = imageGrid(images, {
      columns: Math.min(params.columns || Math.ceil(Math.sqrt(images.length)), images.length),
      gap: params.gap,
      ground: GROUNDS[params.ground],
      labels: params.labels === '' ? [] : params.labels.split('\n'),
    });
    return { image: [grid] };
  },
});
