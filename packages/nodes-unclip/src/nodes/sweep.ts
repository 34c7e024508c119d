import { defineNode } from '../define-node.js';
import type { RgbImage } from '../image/rgb-image.js';
import { type GridAxis, sweepGrid } from '../image/sweep-grid.js';

const VALUES_HELP =
  'One value per line. Numbers and choices can also be separated by commas, and numbers and seeds given as a range: 1..8, or 0..1000 step 250.';

export const sweep = defineNode({
  type: 'Sweep',
  version: 1,
  title: 'Sweep',
  description:
    'Generates the image for each value of a parameter, or for each pair of values of two, as a labelled grid (X/Y plot). What does not depend on them is computed only once.',
  keywords: ['xy plot', 'x/y/z plot', 'grid', 'compare', 'batch'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The image to generate with each value.' } },
  outputs: {
    image: { type: 'image', help: 'The grid, labelled with the values.' },
    images: { type: 'image', help: 'The single images, row by row.' },
  },
  params: {
    x: {
      kind: 'text',
      names: 'param',
      label: 'columns',
      default: '',
      maxLength: 200,
      help: 'The parameter that changes from column to column, as NODE.PARAM; empty for none.',
    },
    xValues: {
      kind: 'text',
      label: 'column values',
      default: '',
      multiline: true,
      maxLength: 20_000,
      help: VALUES_HELP,
    },
    y: {
      kind: 'text',
      names: 'param',
      label: 'rows',
      default: '',
      maxLength: 200,
      help: 'The parameter that changes from row to row, as NODE.PARAM; empty for none.',
    },
    yValues: { kind: 'text', label: 'row values', default: '', multiline: true, maxLength: 20_000, help: VALUES_HELP },
  },
  expands: { kind: 'sweep', input: 'image', each: 'images' },
  async evaluate({ inputs, params }) {
    // Expanded, it has an input for each cell in place of the one that its definition declares.
    const cells: readonly (readonly RgbImage[])[] = Object.values(inputs);
    const grid = sweepGrid(cells, axis(params.x, params.xValues), axis(params.y, params.yValues));
    return { image: [grid], images: cells.flat() };
  },
});

function axis(title: string, values: string): GridAxis {
  return title === '' ? { title, values: [''] } : { title, values: values.split('\n') };
}
