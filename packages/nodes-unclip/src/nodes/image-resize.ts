import { defineNode } from '../define-node.js';
import { cropImage } from '../image/crop-image.js';
import { resizePillow } from '../image/pillow-resize.js';
import type { RgbImage } from '../image/rgb-image.js';

const FILTERS = ['lanczos', 'bicubic', 'bilinear', 'box'] as const;
const FITS = ['stretch', 'cover', 'inside'] as const;

export const imageResize = defineNode({
  type: 'ImageResize',
  version: 1,
  title: 'Image Resize',
  description: 'Brings pictures to another size, with the filters of Pillow.',
  category: 'image',
  inputs: { image: { type: 'image', help: 'The pictures.' } },
  outputs: { image: { type: 'image', help: 'The pictures in their new size.' } },
  params: {
    width: { kind: 'integer', default: 768, min: 0, max: 4096, unit: 'px', help: 'The width; 0 follows the height.' },
    height: { kind: 'integer', default: 0, min: 0, max: 4096, unit: 'px', help: 'The height; 0 follows the width.' },
    fit: {
      kind: 'choice',
      default: 'stretch',
      options: FITS,
      help: 'With both sides given: stretch to them, cover them and cut off what stands over, or stay inside them.',
    },
    filter: {
      kind: 'choice',
      default: 'lanczos',
      options: FILTERS,
      help: 'lanczos is the sharpest, box the smoothest.',
    },
  },
  async evaluate({ inputs, params }) {
    const image = inputs.image.map((picture) => {
      const size = resizedTo(picture, params);
      const resized = resizePillow(picture, { ...size, filter: params.filter });
      return params.fit === 'cover' && params.width > 0 && params.height > 0 ? cropCentre(resized, params) : resized;
    });
    return { image };
  },
});

interface Wanted {
  readonly width: number;
  readonly height: number;
  readonly fit: (typeof FITS)[number];
}

function resizedTo(picture: RgbImage, { width, height, fit }: Wanted) {
  const scales = [width / picture.width, height / picture.height].filter((scale) => scale > 0);
  if (scales.length === 0) return { width: picture.width, height: picture.height };
  if (scales.length === 2 && fit === 'stretch') return { width, height };
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  // The side that decides comes out as asked for; only the other one is rounded.
  const side = (from: number, wanted: number) =>
    wanted > 0 && wanted / from === scale ? wanted : Math.max(Math.round(from * scale), 1);
  return { width: side(picture.width, width), height: side(picture.height, height) };
}

function cropCentre(picture: RgbImage, { width, height }: Wanted): RgbImage {
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  return cropImage(picture, { left, top, width, height });
}
