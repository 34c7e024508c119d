import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import { corner, edges, float, int, link, sides } from '../comfy-class.js';
import { textOf } from '../comfy-graph.js';
import { hasNoSide, hasSide, NUMERICS, type SimpleRule } from './simple-rule.js';
import { clamp, numberOf, rounded, shareOf, sideInPx, truthOf } from './value-readers.js';

const RESIZES = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'];

/** Nodes that make an image of another. */
export const IMAGE_EDIT_RULES: Readonly<Record<string, SimpleRule>> = {
  ImageUpscaleWithModel: {
    type: 'ImageUpscale',
    prefix: 'enlarge',
    inputs: { upscale_model: 'upscaler', image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { upscale_model: link('UPSCALE_MODEL'), image: link('IMAGE') },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({}),
  },
  ImageScale: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        image: link('IMAGE'),
        upscale_method: [RESIZES],
        ...sides(512, 0),
        crop: [['disabled', 'center']],
      },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    toParams: ({ upscale_method: method, width, height, crop }) => {
      const { filter, words } = imageFilter(method);
      const fit = crop === 'center' ? 'cover' : 'stretch';
      return { params: { width: sideInPx(width), height: sideInPx(height), fit, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasSide({ width, height }),
    toValues: ({ width = 768, height = 0, fit = 'stretch', filter = 'lanczos' }) => ({
      ...{ width, height },
      upscale_method: methodOf(filter),
      crop: fit === 'cover' ? 'center' : 'disabled',
    }),
  },
  ImageScaleBy: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { image: link('IMAGE'), upscale_method: [RESIZES], scale_by: float(1, 0.01, 8) },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    toParams: ({ upscale_method: method, scale_by: scale }) => {
      const { filter, words } = imageFilter(method);
      const times = clamp(rounded(numberOf(scale, 1)), 0.01, 8);
      return { params: { width: 0, height: 0, scale: times, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasNoSide({ width, height }),
    toValues: ({ scale = 1, filter = 'lanczos' }) => ({
      upscale_method: methodOf(filter),
      scale_by: scale,
    }),
  },
  ImageScaleToTotalPixels: {
    type: 'ImageScaleToTotalPixels',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { image: link('IMAGE'), upscale_method: [RESIZES], megapixels: float(1, 0.01, 16) },
      output: ['IMAGE'],
      category: 'image/upscaling',
    },
    toParams: ({ upscale_method: method, megapixels }) => {
      const { filter, words } = imageFilter(method);
      return { params: { megapixels: clamp(rounded(numberOf(megapixels, 1)), 0.01, 16), filter, ...NUMERICS }, words };
    },
    toValues: ({ megapixels = 1, filter = 'lanczos' }) => ({
      upscale_method: methodOf(filter),
      megapixels,
    }),
  },
  ImageCrop: {
    type: 'ImageCrop',
    prefix: 'crop',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        image: link('IMAGE'),
        ...sides(512, 1),
        ...corner(),
      },
      output: ['IMAGE'],
      category: 'image/transform',
    },
    toParams: ({ width, height, x, y }) => ({
      params: {
        ...{ left: numberOf(x, 0), top: numberOf(y, 0), width: sideInPx(width), height: sideInPx(height) },
        ...NUMERICS,
      },
    }),
    toValues: ({ left = 0, top = 0, width = 0, height = 0 }) => ({ width, height, x: left, y: top }),
  },
  ImagePadForOutpaint: {
    type: 'ImagePadForOutpaint',
    prefix: 'pad',
    inputs: { image: 'image' },
    outputs: ['image', 'mask'],
    likeness: 'exact',
    declared: {
      required: {
        image: link('IMAGE'),
        ...edges(8),
        feathering: int(40, 0, MAX_SIDE_PX),
      },
      output: ['IMAGE', 'MASK'],
      category: 'image',
    },
    toParams: ({ left, top, right, bottom, feathering }) => ({
      params: {
        ...{ left: sideInPx(left), top: sideInPx(top), right: sideInPx(right), bottom: sideInPx(bottom) },
        feathering: sideInPx(feathering, 40),
      },
    }),
    toValues: ({ left = 0, top = 0, right = 0, bottom = 0, feathering = 40 }) => ({
      left,
      top,
      right,
      bottom,
      feathering,
    }),
  },
  ImageInvert: {
    type: 'ImageInvert',
    prefix: 'invert',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: { required: { image: link('IMAGE') }, output: ['IMAGE'], category: 'image' },
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ImageBlend: {
    type: 'ImageBlend',
    prefix: 'blend',
    inputs: { image1: 'lower', image2: 'upper' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        ...{ image1: link('IMAGE'), image2: link('IMAGE'), blend_factor: float(0.5, 0, 1) },
        blend_mode: [['normal', 'multiply', 'screen', 'overlay', 'soft_light', 'difference']],
      },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    toParams: ({ blend_factor: share, blend_mode: mode }) => ({
      params: { share: shareOf(share, 0.5), mode: textOf(mode ?? 'normal').replace('_', ' ') },
    }),
    toValues: ({ share = 0.5, mode = 'normal' }) => ({
      blend_factor: share,
      blend_mode: textOf(mode).replace(' ', '_'),
    }),
  },
  ImageCompositeMasked: {
    type: 'ImageCompositeMasked',
    prefix: 'composite',
    inputs: { destination: 'destination', source: 'source', mask: 'mask' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        ...{ destination: link('IMAGE'), source: link('IMAGE') },
        ...corner(),
        resize_source: ['BOOLEAN', { default: false }],
      },
      optional: { mask: link('MASK') },
      output: ['IMAGE'],
      category: 'image',
    },
    toParams: ({ x, y, resize_source: resize }) => ({
      params: { left: positionOf(x), top: positionOf(y), resize: truthOf(resize, false) },
    }),
    toValues: ({ left = 0, top = 0, resize = false }) => ({ x: left, y: top, resize_source: resize }),
  },
  ImageBlur: {
    type: 'ImageBlur',
    prefix: 'blur',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: { image: link('IMAGE'), blur_radius: int(1, 1, 31), sigma: float(1, 0.1, 10, 0.1) },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    toParams: ({ blur_radius: radius, sigma }) => ({ params: { radius: radiusOf(radius), sigma: sigmaOf(sigma) } }),
    toValues: ({ radius = 1, sigma = 1 }) => ({ blur_radius: radius, sigma }),
  },
  ImageSharpen: {
    type: 'ImageSharpen',
    prefix: 'sharpen',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    declared: {
      required: {
        image: link('IMAGE'),
        sharpen_radius: int(1, 1, 31),
        sigma: float(1, 0.1, 10),
        alpha: float(1, 0, 5),
      },
      output: ['IMAGE'],
      category: 'image/postprocessing',
    },
    toParams: ({ sharpen_radius: radius, sigma, alpha }) => ({
      params: {
        ...{ radius: radiusOf(radius), sigma: sigmaOf(sigma) },
        amount: clamp(rounded(10 * numberOf(alpha, 1)), 0, 50),
      },
    }),
    toValues: ({ radius = 1, sigma = 1, amount = 1 }) => ({
      sharpen_radius: radius,
      sigma,
      alpha: rounded(numberOf(amount, 1) / 10),
    }),
  },
  Canny: {
    type: 'CannyEdges',
    prefix: 'edges',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'alike',
    declared: {
      required: { image: link('IMAGE'), low_threshold: float(0.4, 0.01, 0.99), high_threshold: float(0.8, 0.01, 0.99) },
      output: ['IMAGE'],
      category: 'image/preprocessors',
    },
    // Its levels are 0..1, and it measures the length of the gradient of the brightness.
    toParams: ({ low_threshold: low, high_threshold: high }) => ({
      params: {
        ...{ low: rounded(255 * numberOf(low, 0.4)), high: rounded(255 * numberOf(high, 0.8)) },
        ...{ norm: 'l2', channels: 'brightness' },
      },
      words: 'ComfyUI softens the image first; a Blur Image before it does the same.',
    }),
    toValues: ({ low = 100, high = 200 }) => ({
      low_threshold: clamp(rounded(Number(low) / 255), 0.01, 0.99),
      high_threshold: clamp(rounded(Number(high) / 255), 0.01, 0.99),
    }),
  },
};

function imageFilter(method: unknown): { readonly filter: string; readonly words: string } {
  if (RESIZES.includes(textOf(method))) return { filter: textOf(method), words: '' };
  return { filter: 'bicubic', words: `"${textOf(method)}" became "bicubic", the nearest there is.` };
}

/** The opposite of {@link imageFilter}. */
function methodOf(filter: unknown): unknown {
  return filter === 'box' ? 'area' : filter;
}

/** May be outside an image. */
function positionOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 0), -16_384, 16_384));
}

function radiusOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 1), 1, 31));
}

function sigmaOf(value: unknown): number {
  return clamp(rounded(numberOf(value, 1)), 0.1, 10);
}
