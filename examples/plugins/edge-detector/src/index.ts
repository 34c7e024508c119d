import { defineNode } from 'unclip-studio/nodes';

const SOBEL_X = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const SOBEL_Y = [-1, -2, -1, 0, 0, 0, 1, 2, 1];

const sobelEdges = defineNode({
  type: 'SobelEdges',
  version: 1,
  title: 'Sobel edges',
  description: 'Draws the edges of images in white on black, as ControlNets for soft edges and scribbles read them.',
  keywords: ['sobel', 'edge detection', 'softedge', 'hed', 'scribble', 'preprocessor', 'control image'],
  category: 'control',
  pure: true,
  inputs: { image: { type: 'image', help: 'The images whose edges are drawn.' } },
  outputs: { image: { type: 'image', help: 'Control images of the same size.' } },
  params: {
    blur: {
      kind: 'integer',
      default: 1,
      min: 0,
      max: 10,
      unit: 'px',
      help: 'Smooths first, so that noise makes no edges.',
    },
    strength: { kind: 'number', default: 1, min: 0.1, max: 10, step: 0.1, help: 'How bright edges are drawn.' },
    threshold: { kind: 'integer', default: 0, min: 0, max: 255, help: 'Edges weaker than this are left black.' },
  },
  async evaluate({ inputs, params }, { services, progress }) {
    const { bulk } = services;
    const kernel = gaussian(params.blur);
    const cutOff = Uint8Array.from({ length: 256 }, (_, level) => (level < params.threshold ? 0 : level));
    const image = inputs.image.map(({ width, height, data }, i) => {
      const luma = bulk.luma(data);
      const smooth = params.blur === 0 ? luma : bulk.convolve(luma, width, kernel);
      const edges = bulk.length(bulk.convolve(smooth, width, SOBEL_X), bulk.convolve(smooth, width, SOBEL_Y));
      const drawn = bulk.toBytes(bulk.combine(edges, { a: params.strength }), 3);
      bulk.lookUp(drawn, cutOff);
      progress(i + 1, inputs.image.length);
      return { width, height, data: drawn };
    });
    return { image };
  },
});

/** A square kernel of 2 * radius + 1, whose values sum to 1. */
function gaussian(radius: number): readonly number[] {
  const side = 2 * radius + 1;
  const sigma = Math.max(0.5, radius / 2);
  const weights = Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - radius, Math.floor(i / side) - radius];
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

export const nodes = [sobelEdges];
