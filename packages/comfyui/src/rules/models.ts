import { float, link } from '../comfy-class.js';
import { textOf } from '../comfy-graph.js';
import type { SimpleRule } from './simple-rule.js';
import { shareOf, truthOf } from './value-readers.js';

/** ComfyUI's "sampling" -> what a model predicts here. */
const PREDICTIONS: Readonly<Record<string, string>> = {
  ...{ eps: 'epsilon', v_prediction: 'v_prediction', x0: 'sample', lcm: 'lcm' },
};

/** Nodes that change what a model computes. */
export const MODEL_RULES: Readonly<Record<string, SimpleRule>> = {
  ModelSamplingDiscrete: {
    type: 'ModelSampling',
    prefix: 'sampling',
    inputs: { model: 'unet' },
    outputs: ['unet'],
    likeness: 'exact',
    declared: {
      required: {
        model: link('MODEL'),
        // ComfyUI's img_to_img has no counterpart, and is not offered.
        sampling: [['eps', 'v_prediction', 'lcm', 'x0']],
        zsnr: ['BOOLEAN', { default: false }],
      },
      output: ['MODEL'],
      category: 'advanced/model',
    },
    problem: ({ sampling }) =>
      sampling === undefined || Object.hasOwn(PREDICTIONS, textOf(sampling))
        ? undefined
        : `There is no counterpart of the sampling "${textOf(sampling)}".`,
    toParams: ({ sampling = 'eps', zsnr }) => ({
      params: { predicts: PREDICTIONS[textOf(sampling)], zeroTerminalSnr: truthOf(zsnr, false) },
    }),
    toValues: ({ predicts = 'epsilon', zeroTerminalSnr = false }) => ({
      sampling: Object.entries(PREDICTIONS).find(([, ours]) => ours === predicts)?.[0] ?? 'eps',
      zsnr: zeroTerminalSnr,
    }),
  },
  RescaleCFG: {
    type: 'RescaleGuidance',
    prefix: 'rescale',
    inputs: { model: 'unet' },
    outputs: ['unet'],
    likeness: 'exact',
    declared: {
      required: { model: link('MODEL'), multiplier: float(0.7, 0, 1) },
      output: ['MODEL'],
      category: 'advanced/model',
    },
    toParams: ({ multiplier }) => ({ params: { rescale: shareOf(multiplier, 0.7) } }),
    toValues: ({ rescale = 0.7 }) => ({ multiplier: rescale }),
  },
  DifferentialDiffusion: {
    type: 'DifferentialDiffusion',
    prefix: 'differential',
    inputs: { model: 'unet' },
    outputs: ['unet'],
    likeness: 'exact',
    declared: {
      required: { model: link('MODEL') },
      optional: { strength: float(1, 0, 1) },
      output: ['MODEL'],
      category: '_for_testing',
    },
    toParams: ({ strength }) => ({ params: { strength: shareOf(strength, 1) } }),
    toValues: ({ strength = 1 }) => ({ strength }),
  },
};
