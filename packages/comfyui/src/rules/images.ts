import { textOf } from '../comfy-graph.js';
import { hasNoSide, hasSide, NUMERICS, type SimpleRule } from './simple-rule.js';
import { clamp, fileName, numberOf, rounded, shareOf, sideInPx } from './value-readers.js';

const LOOK = {
  type: 'PreviewImage',
  prefix: 'look',
  inputs: { images: 'image' },
  outputs: [],
  likeness: 'exact',
  toParams: () => ({ params: {} }),
  toValues: () => ({}),
} as const;

export const IMAGE_RULES: Readonly<Record<string, SimpleRule>> = {
  LoadImage: {
    type: 'LoadImage',
    prefix: 'photo',
    inputs: {},
    // The second one is what is transparent; a LoadMask beside reads it where it is asked for.
    outputs: ['image', null],
    likeness: 'exact',
    toParams: ({ image }) => ({ params: { image: fileName(image) } }),
    toValues: ({ image = '' }) => ({ image }),
  },
  ImageUpscaleWithModel: {
    type: 'ImageUpscale',
    prefix: 'enlarge',
    inputs: { upscale_model: 'upscaler', image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({}),
  },
  ImageScale: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, width, height, crop }) => {
      const { filter, words } = pictureFilter(method);
      const fit = crop === 'center' ? 'cover' : 'stretch';
      return { params: { width: sideInPx(width), height: sideInPx(height), fit, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasSide({ width, height }),
    toValues: ({ width = 768, height = 0, fit = 'stretch', filter = 'lanczos' }) => ({
      ...{ width, height },
      upscale_method: filter === 'box' ? 'area' : filter,
      crop: fit === 'cover' ? 'center' : 'disabled',
    }),
  },
  ImageScaleBy: {
    type: 'ImageResize',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ upscale_method: method, scale_by: scale }) => {
      const { filter, words } = pictureFilter(method);
      const times = clamp(rounded(numberOf(scale, 1)), 0.01, 8);
      return { params: { width: 0, height: 0, scale: times, filter, ...NUMERICS }, words };
    },
    fits: ({ width = 768, height }) => hasNoSide({ width, height }),
    toValues: ({ scale = 1, filter = 'lanczos' }) => ({
      upscale_method: filter === 'box' ? 'area' : filter,
      scale_by: scale,
    }),
  },
  ImageScaleToTotalPixels: {
    type: 'ImageScaleToTotalPixels',
    prefix: 'resize',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'alike',
    toParams: ({ upscale_method: method, megapixels }) => {
      const { filter, words } = pictureFilter(method);
      return { params: { megapixels: clamp(rounded(numberOf(megapixels, 1)), 0.01, 16), filter }, words };
    },
    toValues: ({ megapixels = 1, filter = 'lanczos' }) => ({
      upscale_method: filter === 'box' ? 'area' : filter,
      megapixels,
    }),
  },
  ImageCrop: {
    type: 'ImageCrop',
    prefix: 'crop',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ width, height, x, y }) => ({
      params: { left: numberOf(x, 0), top: numberOf(y, 0), width: sideInPx(width), height: sideInPx(height) },
    }),
    toValues: ({ left = 0, top = 0, width = 0, height = 0 }) => ({ width, height, x: left, y: top }),
  },
  ImagePadForOutpaint: {
    type: 'ImagePadForOutpaint',
    prefix: 'pad',
    inputs: { image: 'image' },
    outputs: ['image', 'mask'],
    likeness: 'exact',
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
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ImageBlend: {
    type: 'ImageBlend',
    prefix: 'blend',
    inputs: { image1: 'lower', image2: 'upper' },
    outputs: ['image'],
    likeness: 'exact',
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
    toParams: ({ x, y, resize_source: resize }) => ({
      params: { left: positionOf(x), top: positionOf(y), resize: resize === true },
    }),
    toValues: ({ left = 0, top = 0, resize = false }) => ({ x: left, y: top, resize_source: resize }),
  },
  ImageBlur: {
    type: 'ImageBlur',
    prefix: 'blur',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ blur_radius: radius, sigma }) => ({ params: { radius: radiusOf(radius), sigma: sigmaOf(sigma) } }),
    toValues: ({ radius = 1, sigma = 1 }) => ({ blur_radius: radius, sigma }),
  },
  ImageSharpen: {
    type: 'ImageSharpen',
    prefix: 'sharpen',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
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
  ImageBatch: {
    type: 'ImageBatch',
    prefix: 'batch',
    inputs: { image1: 'first', image2: 'second' },
    outputs: ['image'],
    likeness: 'alike',
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  RepeatImageBatch: {
    type: 'ImageRepeat',
    prefix: 'repeat',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ amount }) => {
      const times = Math.trunc(clamp(numberOf(amount, 1), 1, 64));
      const words = numberOf(amount, 1) > 64 ? 'Images are repeated at most 64 times here.' : '';
      return { params: { times }, words };
    },
    toValues: ({ times = 2 }) => ({ amount: times }),
  },
  ImageFromBatch: {
    type: 'ImageFromBatch',
    prefix: 'taken',
    inputs: { image: 'image' },
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ batch_index: first, length: count }) => ({
      params: {
        first: Math.trunc(clamp(numberOf(first, 0), 0, 4095)),
        count: Math.trunc(clamp(numberOf(count, 1), 1, 4096)),
      },
    }),
    toValues: ({ first = 0, count = 1 }) => ({ batch_index: first, length: count }),
  },
  EmptyImage: {
    type: 'EmptyImage',
    prefix: 'empty',
    inputs: {},
    outputs: ['image'],
    likeness: 'exact',
    toParams: ({ width, height, batch_size: count, color }) => {
      const [wide = 1, high = 1] = [width, height].map((one) => Math.max(sideInPx(one, 512), 1));
      const code = Math.trunc(clamp(numberOf(color, 0), 0, 0xffffff));
      const [red, green, blue] = [code >> 16, (code >> 8) & 255, code & 255];
      const wanted = numberOf(count, 1);
      const words = wanted > 64 ? 'At most 64 images are made here.' : '';
      const params = { width: wide, height: high, count: Math.trunc(clamp(wanted, 1, 64)), red, green, blue };
      return { params, words };
    },
    toValues: ({ width = 512, height = 512, count = 1, red = 0, green = 0, blue = 0 }) => ({
      ...{ width, height, batch_size: count },
      color: 65_536 * Number(red) + 256 * Number(green) + Number(blue),
    }),
  },
  SaveImage: {
    type: 'SaveImage',
    prefix: 'save',
    inputs: { images: 'image' },
    outputs: [],
    likeness: 'exact',
    toParams: ({ filename_prefix: prefix }) => {
      const name = textOf(prefix ?? 'ComfyUI');
      const plain = (name.split(/[/\\]/).at(-1) ?? '').replace(/%[^%]*%/g, '').slice(0, 80) || 'ComfyUI';
      return plain === name
        ? { params: { name } }
        : { params: { name: plain }, words: 'Folders and %marks% are left out of the name.' };
    },
    toValues: ({ name = 'picture' }) => ({ filename_prefix: name }),
  },
  PreviewImage: LOOK,
  SaveImageWebsocket: LOOK,
};

function pictureFilter(method: unknown): { readonly filter: string; readonly words: string } {
  const known = ['lanczos', 'bicubic', 'bilinear', 'area', 'nearest-exact'].includes(textOf(method));
  if (known) return { filter: textOf(method), words: '' };
  return { filter: 'bicubic', words: `"${textOf(method)}" became "bicubic", the nearest there is.` };
}

/** May lie outside of an image. */
function positionOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 0), -16_384, 16_384));
}

function radiusOf(value: unknown): number {
  return Math.round(clamp(numberOf(value, 1), 1, 31));
}

function sigmaOf(value: unknown): number {
  return clamp(rounded(numberOf(value, 1)), 0.1, 10);
}
