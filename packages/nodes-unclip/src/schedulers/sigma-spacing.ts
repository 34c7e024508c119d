import { linspace } from './timestep-spacing.js';

const RHO = 7;

/**
 * Karras et al. 2022, https://arxiv.org/abs/2206.00364, equation (5), in binary64.
 *
 * @returns `steps` noise levels, falling from `sigmaMax` to `sigmaMin`
 */
export function karrasSigmas({ sigmaMax, sigmaMin, steps }: KarrasArgs): readonly number[] {
  const maxRoot = sigmaMax ** (1 / RHO);
  const minRoot = sigmaMin ** (1 / RHO);
  return linspace(1, steps).map((ramp) => (maxRoot + ramp * (minRoot - maxRoot)) ** RHO);
}

interface KarrasArgs {
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  readonly steps: number;
}

/**
 * The fractional timestep at which the model saw this much noise, by interpolation in ln sigma.
 *
 * @param logSigmas float32, rising, one for each timestep
 * @see diffusers 0.42.1, scheduling_euler_discrete.py, _sigma_to_t
 */
export function sigmaToTimestep(sigma: number, logSigmas: Float32Array): number {
  const logSigma = Math.log(Math.max(sigma, 1e-10));
  const below = logSigmas.findLastIndex((candidate) => candidate <= logSigma);
  const lowIndex = Math.min(Math.max(below, 0), logSigmas.length - 2);
  // Both neighbours are inside the table: it holds at least two entries.
  const low = logSigmas[lowIndex] as number;
  const high = logSigmas[lowIndex + 1] as number;
  const weight = Math.min(Math.max((low - logSigma) / Math.fround(low - high), 0), 1);
  return (1 - weight) * lowIndex + weight * (lowIndex + 1);
}
