import { MAX_SIDE_PX } from '@unclip-studio/nodes-unclip';
import { corner, float, int, link, sides } from '../comfy-class.js';
import { textOf } from '../comfy-graph.js';
import { hasNoSide, hasSide, NUMERICS, type SimpleRule, type Values } from './simple-rule.js';
import { clamp, numberOf, rounded, shareOf } from './value-readers.js';

const UPSCALES = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'bislerp'];
const tiles = (step: number) => ({
  ...{ tile_size: int(512, 64, 4096, step), overlap: int(64, 0, 4096, 32) },
  ...{ temporal_size: int(64, 8, 4096, 4), temporal_overlap: int(8, 4, 4096, 4) },
});

const DECODE = {
  type: 'VAEDecode',
  prefix: 'decode',
  inputs: { samples: 'latent', vae: 'vae' },
  outputs: ['image'],
  likeness: 'exact',
} as const;

const ENCODE = {
  type: 'VAEEncode',
  prefix: 'encode',
  inputs: { pixels: 'image', vae: 'vae' },
  outputs: ['latent'],
  likeness: 'exact',
  // ComfyUI takes the likeliest latent.
  toParams: () => ({ params: { sampled: false, ...NUMERICS } }),
  toValues: () => ({}),
} as const;

export const LATENT_RULES: Readonly<Record<string, SimpleRule>> = {
  VAEDecode: {
    ...DECODE,
    declared: { required: { samples: link('LATENT'), vae: link('VAE') }, output: ['IMAGE'], category: 'latent' },
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({}),
  },
  VAEDecodeTiled: {
    ...DECODE,
    declared: {
      required: { samples: link('LATENT'), vae: link('VAE'), ...tiles(32) },
      output: ['IMAGE'],
      category: '_for_testing',
    },
    toParams: () => ({ params: { tiling: 'always', ...NUMERICS }, words: 'The size of the tiles is chosen here.' }),
    toValues: () => ({ tile_size: 512, overlap: 64, temporal_size: 64, temporal_overlap: 8 }),
  },
  VAEEncode: {
    ...ENCODE,
    declared: { required: { pixels: link('IMAGE'), vae: link('VAE') }, output: ['LATENT'], category: 'latent' },
  },
  VAEEncodeTiled: {
    ...ENCODE,
    declared: {
      required: { pixels: link('IMAGE'), vae: link('VAE'), ...tiles(64) },
      output: ['LATENT'],
      category: '_for_testing',
    },
    toValues: () => ({ tile_size: 512, overlap: 64, temporal_size: 64, temporal_overlap: 8 }),
  },
  VAEEncodeForInpaint: {
    type: 'VAEEncodeForInpaint',
    prefix: 'encode',
    inputs: { pixels: 'image', vae: 'vae', mask: 'mask' },
    // The grown mask is linked to the sampler separately.
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { pixels: link('IMAGE'), vae: link('VAE'), mask: link('MASK'), grow_mask_by: int(6, 0, 64) },
      output: ['LATENT'],
      category: 'latent/inpaint',
    },
    toParams: ({ grow_mask_by: by }) => ({ params: { growMaskBy: Math.trunc(clamp(numberOf(by, 6), 0, 64)) } }),
    toValues: ({ growMaskBy = 6 }) => ({ grow_mask_by: growMaskBy }),
  },
  LatentUpscale: {
    type: 'LatentUpscale',
    prefix: 'upscale',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: {
        samples: link('LATENT'),
        upscale_method: [UPSCALES],
        ...sides(512, 0, 8),
        crop: [['disabled', 'center']],
      },
      output: ['LATENT'],
      category: 'latent',
    },
    toParams: ({ upscale_method: method, width, height, crop }) => {
      const { params, words } = latentMethod(method);
      const side = (value: unknown) => 8 * Math.max(8, Math.floor(numberOf(value, 512) / 8));
      const cropped = crop === 'center' ? { crop: 'centre' } : {};
      return { params: { ...params, width: side(width), height: side(height), ...cropped }, words };
    },
    fits: hasSide,
    toValues: ({ method = 'bicubic', width = 0, height = 0, crop = 'none' }) => ({
      upscale_method: method,
      width,
      height,
      crop: crop === 'centre' ? 'center' : 'disabled',
    }),
  },
  LatentUpscaleBy: {
    type: 'LatentUpscale',
    prefix: 'upscale',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples: link('LATENT'), upscale_method: [UPSCALES], scale_by: float(1.5, 0.01, 8) },
      output: ['LATENT'],
      category: 'latent',
    },
    toParams: ({ upscale_method: method, scale_by: scale }) => {
      const { params, words } = latentMethod(method);
      return { params: { ...params, scale: clamp(numberOf(scale, 1.5), 0.01, 8) }, words };
    },
    fits: hasNoSide,
    toValues: ({ method = 'bicubic', scale = 2 }) => ({ upscale_method: method, scale_by: scale }),
  },
  LatentBlend: {
    type: 'LatentBlend',
    prefix: 'mix',
    inputs: { samples1: 'first', samples2: 'second' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples1: link('LATENT'), samples2: link('LATENT'), blend_factor: float(0.5, 0, 1) },
      output: ['LATENT'],
      category: '_for_testing',
    },
    toParams: ({ blend_factor: share }) => ({ params: { share: shareOf(share, 0.5) } }),
    toValues: ({ share = 0.5 }) => ({ blend_factor: share }),
  },
  LatentAdd: sumRule('add'),
  LatentSubtract: sumRule('subtract'),
  LatentInterpolate: {
    ...sumRule('interpolate'),
    declared: {
      required: { samples1: link('LATENT'), samples2: link('LATENT'), ratio: float(1, 0, 1) },
      output: ['LATENT'],
      category: 'latent/advanced',
    },
    toParams: ({ ratio }) => ({ params: { operation: 'interpolate', share: shareOf(ratio, 1) } }),
    toValues: ({ share = 1 }) => ({ ratio: share }),
  },
  LatentMultiply: {
    type: 'LatentMultiply',
    prefix: 'times',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples: link('LATENT'), multiplier: float(1, -10, 10) },
      output: ['LATENT'],
      category: 'latent/advanced',
    },
    toParams: ({ multiplier }) => ({ params: { factor: clamp(rounded(numberOf(multiplier, 1)), -10, 10) } }),
    toValues: ({ factor = 1 }) => ({ multiplier: factor }),
  },
  LatentBatch: {
    type: 'LatentBatch',
    prefix: 'both',
    inputs: { samples1: 'first', samples2: 'second' },
    outputs: ['latent'],
    likeness: 'alike',
    declared: {
      required: { samples1: link('LATENT'), samples2: link('LATENT') },
      output: ['LATENT'],
      category: 'latent/batch',
    },
    // ComfyUI counts the images of each by itself, and draws a sampler's noise by these numbers.
    toParams: () => ({
      params: {},
      words: 'A sampler after it generates noise for each image; ComfyUI repeats that of the first batch.',
    }),
    toValues: () => ({}),
  },
  // Of an empty latent it is a part of the sampler.
  LatentFromBatch: {
    type: 'LatentFromBatch',
    prefix: 'taken',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples: link('LATENT'), batch_index: int(0, 0, 63), length: int(1, 1, 64) },
      output: ['LATENT'],
      category: 'latent/batch',
    },
    toParams: ({ batch_index: first, length }) => ({
      params: {
        first: Math.trunc(clamp(numberOf(first, 0), 0, 63)),
        count: Math.trunc(clamp(numberOf(length, 1), 1, 64)),
      },
    }),
    toValues: ({ first = 0, count = 1 }) => ({ batch_index: first, length: count }),
  },
  LatentComposite: {
    type: 'LatentComposite',
    prefix: 'paste',
    inputs: { samples_to: 'to', samples_from: 'from' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: {
        ...{ samples_to: link('LATENT'), samples_from: link('LATENT') },
        ...corner(8),
        feather: int(0, 0, MAX_SIDE_PX, 8),
      },
      output: ['LATENT'],
      category: 'latent',
    },
    toParams: ({ x, y, feather }) => ({ params: { left: cellsOf(x), top: cellsOf(y), feather: cellsOf(feather) } }),
    toValues: ({ left = 0, top = 0, feather = 0 }) => ({ x: left, y: top, feather }),
  },
  LatentCrop: {
    type: 'LatentCrop',
    prefix: 'cut',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: {
        samples: link('LATENT'),
        ...sides(512, 64, 8),
        ...corner(8),
      },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    toParams: ({ width, height, x, y }) => ({
      params: {
        ...{ left: cellsOf(x), top: cellsOf(y) },
        ...{ width: Math.max(cellsOf(width), 8), height: Math.max(cellsOf(height), 8) },
      },
    }),
    toValues: ({ left = 0, top = 0, width = 512, height = 512 }) => ({ width, height, x: left, y: top }),
  },
  LatentFlip: {
    type: 'LatentFlip',
    prefix: 'flip',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples: link('LATENT'), flip_method: [['x-axis: vertically', 'y-axis: horizontally']] },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    toParams: ({ flip_method: method }) => ({
      params: { direction: /^y/.test(textOf(method)) ? 'horizontally' : 'vertically' },
    }),
    toValues: ({ direction = 'vertically' }) => ({
      flip_method: direction === 'vertically' ? 'x-axis: vertically' : 'y-axis: horizontally',
    }),
  },
  LatentRotate: {
    type: 'LatentRotate',
    prefix: 'turn',
    inputs: { samples: 'latent' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples: link('LATENT'), rotation: [['none', '90 degrees', '180 degrees', '270 degrees']] },
      output: ['LATENT'],
      category: 'latent/transform',
    },
    toParams: ({ rotation = 'none' }) => ({ params: { rotation: rotation === 'none' ? 'not at all' : rotation } }),
    toValues: ({ rotation = '90 degrees' }) => ({ rotation: rotation === 'not at all' ? 'none' : rotation }),
  },
};

function sumRule(operation: 'add' | 'subtract' | 'interpolate'): SimpleRule {
  return {
    type: 'LatentSum',
    prefix: 'sum',
    inputs: { samples1: 'first', samples2: 'second' },
    outputs: ['latent'],
    likeness: 'exact',
    declared: {
      required: { samples1: link('LATENT'), samples2: link('LATENT') },
      output: ['LATENT'],
      category: 'latent/advanced',
    },
    toParams: () => ({ params: { operation } }),
    fits: ({ operation: wanted = 'add' }) => wanted === operation,
    toValues: () => ({}),
  };
}

function latentMethod(method: unknown): { readonly params: Values; readonly words: string } {
  if (['nearest-exact', 'bilinear', 'bicubic', 'area', 'bislerp'].includes(textOf(method)))
    return { params: { method }, words: '' };
  return { params: { method: 'bicubic' }, words: `"${textOf(method)}" became "bicubic", the nearest there is.` };
}

/** Pixels of whole latent cells, rounded down as ComfyUI does. */
function cellsOf(value: unknown): number {
  return 8 * Math.floor(clamp(numberOf(value, 0), 0, MAX_SIDE_PX) / 8);
}
