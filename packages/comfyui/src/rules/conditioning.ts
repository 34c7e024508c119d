import { corner, float, link, sides } from '../comfy-class.js';
import { NUMERICS, type SimpleRule } from './simple-rule.js';
import { clamp, numberOf, rounded, shareOf, sideInPx } from './value-readers.js';

const AREA = {
  type: 'ConditioningSetArea',
  prefix: 'area',
  inputs: { conditioning: 'conditioning' },
  outputs: ['conditioning'],
  likeness: 'exact',
} as const;

export const CONDITIONING_RULES: Readonly<Record<string, SimpleRule>> = {
  CLIPVisionEncode: {
    type: 'CLIPImageEmbed',
    prefix: 'embed',
    inputs: { clip_vision: 'vision', image: 'image' },
    outputs: ['embed'],
    likeness: 'exact',
    declared: {
      required: { clip_vision: link('CLIP_VISION'), image: link('IMAGE'), crop: [['center', 'none']] },
      output: ['CLIP_VISION_OUTPUT'],
      category: 'conditioning',
    },
    toParams: ({ crop }) => ({ params: { ...(crop === 'none' ? { crop } : {}), ...NUMERICS } }),
    toValues: ({ crop }) => ({ crop: crop === 'none' ? crop : 'center' }),
  },
  // Its prompts lead to the sampler, which reads the depth map in addition.
  InpaintModelConditioning: {
    type: 'InpaintModelConditioning',
    prefix: 'inpaint',
    inputs: { vae: 'vae', pixels: 'image', mask: 'mask' },
    outputs: [null, null, 'latent'],
    likeness: 'exact',
    declared: {
      required: {
        ...{ positive: link('CONDITIONING'), negative: link('CONDITIONING') },
        ...{ vae: link('VAE'), pixels: link('IMAGE'), mask: link('MASK') },
        noise_mask: ['BOOLEAN', { default: true }],
      },
      output: ['CONDITIONING', 'CONDITIONING', 'LATENT'],
      outputNames: ['positive', 'negative', 'latent'],
      category: 'conditioning/inpaint',
    },
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({ noise_mask: true }),
  },
  ConditioningCombine: {
    type: 'ConditioningCombine',
    prefix: 'combine',
    inputs: { conditioning_1: 'first', conditioning_2: 'second' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: { conditioning_1: link('CONDITIONING'), conditioning_2: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: () => ({ params: NUMERICS }),
    toValues: () => ({}),
  },
  ConditioningAverage: {
    type: 'ConditioningAverage',
    prefix: 'average',
    inputs: { conditioning_to: 'to', conditioning_from: 'from' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: {
        conditioning_to: link('CONDITIONING'),
        conditioning_from: link('CONDITIONING'),
        conditioning_to_strength: float(1, 0, 1),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: ({ conditioning_to_strength: strength }) => ({ params: { strength: shareOf(strength, 1) } }),
    toValues: ({ strength = 0.5 }) => ({ conditioning_to_strength: strength }),
  },
  ConditioningConcat: {
    type: 'ConditioningConcat',
    prefix: 'concat',
    inputs: { conditioning_to: 'first', conditioning_from: 'second' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: { conditioning_to: link('CONDITIONING'), conditioning_from: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: () => ({ params: {} }),
    toValues: () => ({}),
  },
  ConditioningSetArea: {
    ...AREA,
    declared: {
      required: {
        conditioning: link('CONDITIONING'),
        ...sides(64, 64, 8),
        ...corner(8),
        strength: float(1, 0, 10),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: ({ width, height, x, y, strength }) => ({
      params: {
        ...{ unit: 'px', left: sideInPx(x), top: sideInPx(y) },
        ...{ width: sideInPx(width, 64), height: sideInPx(height, 64), strength: strengthOf(strength) },
      },
    }),
    fits: ({ unit }) => unit === 'px',
    toValues: ({ left = 0, top = 0, width = 50, height = 100, strength = 1 }) => ({
      width,
      height,
      x: left,
      y: top,
      strength,
    }),
  },
  ConditioningSetAreaPercentage: {
    ...AREA,
    declared: {
      required: {
        conditioning: link('CONDITIONING'),
        ...{ width: float(1, 0, 1), height: float(1, 0, 1), x: float(0, 0, 1), y: float(0, 0, 1) },
        strength: float(1, 0, 10),
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: ({ width, height, x, y, strength }) => ({
      params: {
        ...{ left: percentOf(x, 0), top: percentOf(y, 0) },
        ...{ width: percentOf(width, 1), height: percentOf(height, 1), strength: strengthOf(strength) },
      },
    }),
    fits: ({ unit = 'percent' }) => unit === 'percent',
    toValues: ({ left = 0, top = 0, width = 50, height = 100, strength = 1 }) => {
      const share = (value: unknown) => rounded(numberOf(value, 0) / 100);
      return { width: share(width), height: share(height), x: share(left), y: share(top), strength };
    },
  },
  ConditioningSetAreaStrength: {
    type: 'ConditioningSetStrength',
    prefix: 'strength',
    inputs: { conditioning: 'conditioning' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: { conditioning: link('CONDITIONING'), strength: float(1, 0, 10) },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: ({ strength }) => ({ params: { strength: strengthOf(strength) } }),
    toValues: ({ strength = 1 }) => ({ strength }),
  },
  ConditioningSetMask: {
    type: 'ConditioningSetMask',
    prefix: 'masked',
    inputs: { conditioning: 'conditioning', mask: 'mask' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: {
        conditioning: link('CONDITIONING'),
        mask: link('MASK'),
        strength: float(1, 0, 10),
        set_cond_area: [['default', 'mask bounds']],
      },
      output: ['CONDITIONING'],
      category: 'conditioning',
    },
    toParams: ({ strength, set_cond_area: area }) => ({
      params: { strength: strengthOf(strength), ...(area === 'mask bounds' ? { crop: area } : {}) },
    }),
    toValues: ({ strength = 1, crop = 'whole image' }) => ({
      strength,
      set_cond_area: crop === 'mask bounds' ? crop : 'default',
    }),
  },
  ConditioningSetTimestepRange: {
    type: 'ConditioningSetTimestepRange',
    prefix: 'range',
    inputs: { conditioning: 'conditioning' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: { conditioning: link('CONDITIONING'), start: float(0, 0, 1, 0.001), end: float(1, 0, 1, 0.001) },
      output: ['CONDITIONING'],
      category: 'advanced/conditioning',
    },
    toParams: ({ start, end }) => ({ params: { start: shareOf(start, 0), end: shareOf(end, 1) } }),
    toValues: ({ start = 0, end = 1 }) => ({ start, end }),
  },
  ConditioningZeroOut: {
    type: 'ConditioningZeroOut',
    prefix: 'zero',
    inputs: { conditioning: 'conditioning' },
    outputs: ['conditioning'],
    likeness: 'exact',
    declared: {
      required: { conditioning: link('CONDITIONING') },
      output: ['CONDITIONING'],
      category: 'advanced/conditioning',
    },
    toParams: () => ({ params: { side: 'positive' } }),
    fits: ({ side }) => side === 'positive' || side === 'both',
    toValues: () => ({}),
  },
};

function percentOf(value: unknown, otherwise: number): number {
  return rounded(100 * shareOf(value, otherwise));
}

function strengthOf(value: unknown): number {
  return clamp(rounded(numberOf(value, 1)), 0, 10);
}
