import { defineNode } from '../define-node.js';
import { cannyEdges } from '../image/canny-edges.js';

const APERTURES = { '3 px': 3, '5 px': 5, '7 px': 7 } as const;

export const cannyEdgesNode = defineNode({
  type: 'CannyEdges',
  version: 1,
  title: 'Canny Edges',
  description: 'Detects the edges of images, white on black, for a Canny ControlNet.',
  keywords: ['edges', 'edge detection', 'preprocessor', 'controlnet', 'lines'],
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The edges.' } },
  params: {
    low: {
      kind: 'number',
      default: 100,
      min: 0,
      max: 32767,
      step: 1,
      help: 'Edges weaker than this are dropped. Smaller numbers give longer lines.',
    },
    high: {
      kind: 'number',
      default: 200,
      min: 0,
      max: 32767,
      step: 1,
      help: 'Each edge must reach this strength somewhere along its line. Smaller numbers give more lines.',
    },
    aperture: {
      kind: 'choice',
      default: '3 px',
      options: ['3 px', '5 px', '7 px'],
      help: 'The size of the neighbourhood. Larger ones find softer edges and need larger thresholds.',
    },
    norm: {
      kind: 'choice',
      default: 'l1',
      options: ['l1', 'l2'],
      help: 'How the strength of an edge is measured: l1 is the sum of its two directions, the default of OpenCV; l2 its length.',
    },
    channels: {
      kind: 'choice',
      default: 'colour',
      options: ['colour', 'brightness'],
      help: 'colour: edges in any channel. brightness: only edges between brighter and darker areas.',
    },
  },
  async evaluate({ inputs, params: { aperture, ...options } }) {
    return {
      image: inputs.image.map((one) => {
        const edges = cannyEdges(one, { ...options, aperture: APERTURES[aperture] });
        const data = new Uint8Array(one.data.length);
        for (const [i, level] of edges.entries()) data.fill(level, 3 * i, 3 * i + 3);
        return { width: one.width, height: one.height, data };
      }),
    };
  },
});
