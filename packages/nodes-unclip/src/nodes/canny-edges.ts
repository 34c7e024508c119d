import { defineNode } from '../define-node.js';
import { cannyEdges } from '../image/canny-edges.js';

const APERTURES = { '3 px': 3, '5 px': 5, '7 px': 7 } as const;

export const cannyEdgesNode = defineNode({
  type: 'CannyEdges',
  version: 1,
  title: 'Canny Edges',
  description: 'Draws the edges of images white on black, as ControlNets for Canny edges take them.',
  keywords: ['edges', 'edge detection', 'preprocessor', 'controlnet', 'lines'],
  category: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'Their edges.' } },
  params: {
    low: {
      kind: 'number',
      default: 100,
      min: 0,
      max: 32767,
      step: 1,
      help: 'Edges that are weaker everywhere are left out. Smaller numbers draw longer lines.',
    },
    high: {
      kind: 'number',
      default: 200,
      min: 0,
      max: 32767,
      step: 1,
      help: 'An edge has to be as strong somewhere along its line. Smaller numbers draw more lines.',
    },
    aperture: {
      kind: 'choice',
      default: '3 px',
      options: ['3 px', '5 px', '7 px'],
      help: 'How large a neighbourhood is compared. Larger ones find softer edges, and need larger thresholds.',
    },
    norm: {
      kind: 'choice',
      default: 'l1',
      options: ['l1', 'l2'],
      help: 'How the strength of an edge is measured: l1 is the sum of its two directions, as OpenCV does by default; l2 its length.',
    },
    channels: {
      kind: 'choice',
      default: 'colour',
      options: ['colour', 'brightness'],
      help: 'colour: an edge in any channel counts. brightness: only where it becomes brighter or darker.',
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
