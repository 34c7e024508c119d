import { defineNode } from '../define-node.js';
import { cropLatent } from '../sampling/transform-latent.js';

const PIXELS_PER_CELL = 8;

const side = (of: string, value = 0) =>
  ({
    kind: 'integer',
    default: value,
    min: 0,
    max: 8192,
    multipleOf: 8,
    unit: 'px',
    help: `${of}, in whole latent cells of 8 px.`,
  }) as const;

export const latentCrop = defineNode({
  type: 'LatentCrop',
  version: 1,
  title: 'Crop Latent',
  description: 'Cuts a rectangle out of a latent image.',
  category: 'sampling',
  inputs: { latent: { type: 'latent', help: 'The latent.' } },
  outputs: { latent: { type: 'latent', help: 'The rectangle.' } },
  params: {
    left: side('Where it begins from the left'),
    top: side('Where it begins from the top'),
    width: { ...side('How wide it is', 512), min: 8 },
    height: { ...side('How high it is', 512), min: 8 },
  },
  models({ inputs: { latent }, params: { width, height } }) {
    const { sizePx } = latent;
    const cropped = sizePx && { width: Math.min(width, sizePx.width), height: Math.min(height, sizePx.height) };
    return { uses: [], extent: { ...latent, ...(cropped && { sizePx: cropped }) } };
  },
  async evaluate({ inputs: { latent }, params: { left, top, width, height } }) {
    const cells = (px: number) => px / PIXELS_PER_CELL;
    const rectangle = { left: cells(left), top: cells(top), w: cells(width), h: cells(height) };
    return { latent: { ...latent, samples: cropLatent(latent.samples, rectangle) } };
  },
});
