import type { Param, ParamConflict } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import { UPSCALE_FILTERS } from '../image/upscale-comfyui.js';
import { MAX_SIDE_PX } from '../limits.js';
import type { InferenceService } from '../models/inference.js';
import { SamplingInputError } from '../sampling/start-from-latent.js';

// Params that several nodes have in common.

/** Of nodes that compute something in two ways. */
export const NUMERICS_PARAM = {
  kind: 'choice',
  default: 'diffusers',
  options: ['diffusers', 'comfyui'],
  added: true,
} as const satisfies Omit<Extract<Param, { kind: 'choice' }>, 'help'>;

/** Of nodes that resize images. */
export const FILTER_PARAM = {
  kind: 'choice',
  default: 'lanczos',
  options: UPSCALE_FILTERS,
  help: 'lanczos is the sharpest, box the smoothest; area and nearest-exact are torch’s and imply numerics “comfyui”.',
} as const satisfies Param;

/** Of the images that a node makes. */
export const BIT_DEPTH_PARAM = {
  kind: 'choice',
  default: '8',
  options: ['8', '16'],
  label: 'bit depth',
  added: true,
} as const satisfies Omit<Extract<Param, { kind: 'choice' }>, 'help'>;

/** A Gaussian. */
export const BLUR_PARAMS = {
  radius: {
    kind: 'integer',
    default: 1,
    min: 1,
    max: 31,
    unit: 'px',
    help: 'The radius of the blur.',
  },
  sigma: {
    kind: 'number',
    default: 1,
    min: 0.1,
    max: 10,
    step: 0.1,
    help: 'The standard deviation of the blur; small numbers blur less.',
  },
} as const satisfies Readonly<Record<string, Param>>;

/** Of a prompt for a part of the image. */
export const PROMPT_STRENGTH_PARAM = {
  kind: 'number',
  default: 1,
  min: 0,
  max: 10,
  step: 0.05,
  help: 'The weight of the prompt where it overlaps with others.',
} as const satisfies Param;

/** Of the params `start` and `end` of a node. */
export const END_BEFORE_START = {
  when: [{ param: 'end', below: 'start' }],
  problem: 'the end {end} is before the start {start}. Raise the end.',
  because: { code: 'end-before-start' },
} as const satisfies ParamConflict<never, 'start' | 'end'>;

/** What an image has that is more than 8 bits a channel. */
export const WIDE_TRAIT = '16 bits';

/** Of the image that a node with {@link BIT_DEPTH_PARAM} gives. */
export const WIDE_TRAITS = [{ trait: WIDE_TRAIT, when: [{ param: 'bitDepth', is: ['16'] }] }] as const;

interface ShareOfSteps {
  readonly from: number;
  readonly to: number;
}

/**
 * The part of the sampling that the params `start` and `end` of a node name.
 *
 * @param title of the node
 * @throws SamplingInputError for one that ends before it starts
 */
export function spanOf(title: string, { start, end }: { readonly start: number; readonly end: number }): ShareOfSteps {
  if (end >= start) return { from: start, to: end };
  throw withReason(new SamplingInputError(`${title}: the end ${end} is before the start ${start}. Raise the end.`), {
    code: 'end-before-start',
  });
}

const WITHOUT_STEPS = {
  'ip-adapter': ['Apply IP-Adapter', 'the images guide'],
  controlnet: ['Apply ControlNet', 'the control image guides'],
} as const;

/** Warns of a range that contains no step. @param at its start and its end */
export function noticeEmptySpan(inference: InferenceService, at: number, of: keyof typeof WITHOUT_STEPS): void {
  const [title, guides] = WITHOUT_STEPS[of];
  inference.notice?.(`${title}: the start and the end are both ${at}, so ${guides} at no step. Raise the end.`, {
    ...{ code: 'span-empty', of, at },
  });
}

/** Pixels on a side of the image for one latent cell, of Stable Diffusion's VAEs. */
export const PIXELS_PER_CELL = 8;

/** A length in a latent image. @param of the beginning of its help */
export function latentLengthParam(of: string, { value = 0, min = 0 } = {}) {
  return {
    kind: 'integer',
    default: value,
    min,
    max: MAX_SIDE_PX,
    multipleOf: PIXELS_PER_CELL,
    unit: 'px',
    help: `${of}, in multiples of ${PIXELS_PER_CELL} px.`,
  } as const;
}

/** Beyond the end it is the last one. @see ComfyUI 0.3.64, comfy_extras/nodes_images.py, ImageFromBatch; nodes.py, LatentFromBatch */
export function partOfBatch(rows: number, wanted: { readonly first: number; readonly count: number }) {
  const first = Math.min(wanted.first, Math.max(rows - 1, 0));
  return { first, count: Math.max(Math.min(wanted.count, rows - first), 1) };
}
