import { defineNode, inSize } from '../define-node.js';
import { checkImageSize } from '../image/check-image-size.js';
import { centreOfAspect, cropImage } from '../image/crop-image.js';
import { resizePillow } from '../image/pillow-resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { isTorchFilter, type UpscaleFilter, upscaleComfyUi } from '../image/upscale-comfyui.js';
import { MAX_SIDE_PX } from '../limits.js';
import { FILTER_PARAM, NUMERICS_PARAM } from './shared-params.js';

const FITS = ['stretch', 'cover', 'inside'] as const;

const side = (value: number, help: string) =>
  ({ kind: 'integer', default: value, min: 0, max: MAX_SIDE_PX, unit: 'px', help }) as const;

/** Shared with the node that resizes masks. */
export const RESIZE_PARAMS = {
  width: side(768, 'The width; 0 keeps the aspect ratio.'),
  height: side(0, 'The height; 0 keeps the aspect ratio.'),
  fit: {
    kind: 'choice',
    default: 'stretch',
    options: FITS,
    help: 'If both width and height are set. stretch: exactly that size. cover: fills it and crops the rest. inside: fits into it.',
  },
  scale: {
    kind: 'number',
    default: 1,
    min: 0.01,
    max: 8,
    step: 0.25,
    help: 'The scale factor if neither width nor height is set.',
  },
  filter: FILTER_PARAM,
  numerics: {
    ...NUMERICS_PARAM,
    help: 'comfyui: bicubic and bilinear as in torch, without antialiasing, and “cover” crops before it resizes, as in ComfyUI.',
  },
} as const;

export const imageResize = defineNode({
  type: 'ImageResize',
  version: 1,
  title: 'Image Resize',
  description: 'Resizes images with Pillow’s filters.',
  keywords: ['scale', 'size'],
  category: 'image',
  imagesFrom: 'image',
  inputs: { image: { type: 'image', help: 'The images.' } },
  outputs: { image: { type: 'image', help: 'The resized images.' } },
  params: RESIZE_PARAMS,
  cutsMask: { type: 'MaskResize', input: 'mask', output: 'mask' },
  models({ inputs: { image }, params }) {
    const { width, height, fit } = params;
    if (width > 0 && height > 0 && fit !== 'inside') return inSize(image, { width, height });
    return inSize(image, image.sizePx && resizedTo(image.sizePx, params));
  },
  async evaluate({ inputs, params }) {
    return { image: inputs.image.map((source) => resizeImage(source, params)) };
  },
});

type ResizeParams = Wanted & { readonly filter: UpscaleFilter; readonly numerics: string };

/** An image in the size that the params say. */
export function resizeImage(source: RgbImage, params: ResizeParams): RgbImage {
  const { filter } = params;
  if (params.numerics === 'comfyui' || isTorchFilter(filter)) return resizeLikeComfyUi(source, params);
  const resized = resizePillow(source, { ...resizedTo(source, params), filter });
  return params.fit === 'cover' && params.width > 0 && params.height > 0 ? cropCentre(resized, params) : resized;
}

/** @see ComfyUI 0.3.64, comfy/utils.py, common_upscale */
function resizeLikeComfyUi(source: RgbImage, params: Wanted & { readonly filter: UpscaleFilter }): RgbImage {
  const isCut = params.fit === 'cover' && params.width > 0 && params.height > 0;
  const size = isCut ? checked({ width: params.width, height: params.height }) : resizedTo(source, params);
  const seen = isCut ? cropImage(source, centreOfAspect(source, size)) : source;
  return upscaleComfyUi(seen, { ...size, filter: params.filter });
}

interface Wanted {
  readonly width: number;
  readonly height: number;
  readonly fit: (typeof FITS)[number];
  readonly scale: number;
}

function resizedTo(source: Pick<RgbImage, 'width' | 'height'>, { width, height, fit, scale: factor }: Wanted) {
  const scales = [width / source.width, height / source.height].filter((scale) => scale > 0);
  const times = (side: number) => Math.max(Math.round(side * factor), 1);
  if (scales.length === 0) return checked({ width: times(source.width), height: times(source.height) });
  if (scales.length === 2 && fit === 'stretch') return checked({ width, height });
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales);
  // The decisive side has exactly the requested size; only the other one is rounded.
  const side = (from: number, wanted: number) =>
    wanted > 0 && wanted / from === scale ? wanted : Math.max(Math.round(from * scale), 1);
  return checked({ width: side(source.width, width), height: side(source.height, height) });
}

function checked(size: Pick<Wanted, 'width' | 'height'>) {
  checkImageSize(size, { maker: 'ImageResize', advice: 'Take a smaller size or scale.' });
  return size;
}

function cropCentre(source: RgbImage, { width, height }: Wanted): RgbImage {
  const left = Math.floor((source.width - width) / 2);
  const top = Math.floor((source.height - height) / 2);
  return cropImage(source, { left, top, width, height });
}
