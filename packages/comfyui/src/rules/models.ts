import { textOf } from '../comfy-graph.js';
import type { SimpleRule } from './simple-rule.js';
import { shareOf } from './value-readers.js';

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
    problem: ({ sampling }) =>
      sampling === undefined || Object.hasOwn(PREDICTIONS, textOf(sampling))
        ? undefined
        : `There is no counterpart of the sampling "${textOf(sampling)}".`,
    toParams: ({ sampling = 'eps', zsnr }) => ({
      params: { predicts: PREDICTIONS[textOf(sampling)], zeroTerminalSnr: zsnr === true },
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
    toParams: ({ multiplier }) => ({ params: { rescale: shareOf(multiplier, 0.7) } }),
    toValues: ({ rescale = 0.7 }) => ({ multiplier: rescale }),
  },
};
