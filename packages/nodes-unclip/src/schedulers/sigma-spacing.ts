import { betaQuantile } from './beta-quantile.js';
import { numpyLog } from './numpy-log.js';
import type { ConfigReader } from './scheduler-config.js';
import { linspace } from './timestep-spacing.js';

const { exp, log } = Math;
const RHO = 7;

/** The spacing of noise levels between the highest and the lowest; `table`: those of the timesteps as trained. */
export type SigmaSpacing = keyof typeof SIGMA_SPACING_KEYS | 'table';

/** The key of a config that requests a spacing; the first one counts if "lu" is requested as well. */
export const SIGMA_SPACING_KEYS = {
  karras: 'use_karras_sigmas',
  lu: 'use_lu_lambdas',
  exponential: 'use_exponential_sigmas',
  beta: 'use_beta_sigmas',
} as const;

export type SpacedSigmas = Exclude<SigmaSpacing, 'table'>;

/**
 * What a config asks for.
 *
 * @param known what the class has besides the table, in the order of the keys; other keys are ignored, as in diffusers
 * @throws SchedulerConfigError if it asks for more than one, or for a kind of noise levels that is not here
 */
export function readSigmaSpacing(reader: ConfigReader, known: readonly SpacedSigmas[]): SigmaSpacing {
  reader.only('use_flow_sigmas', false);
  const asked = known.filter((spacing) => reader.boolean(SIGMA_SPACING_KEYS[spacing], false));
  const [first, second] = asked.filter((spacing) => spacing !== 'lu');
  if (first !== undefined && second !== undefined) {
    reader.refuse(SIGMA_SPACING_KEYS[second], `false, since "${SIGMA_SPACING_KEYS[first]}" is true`, true);
  }
  return asked[0] ?? 'table';
}

interface SpacingArgs {
  readonly sigmaMax: number;
  readonly sigmaMin: number;
  readonly steps: number;
}

/**
 * `steps` noise levels, falling from `sigmaMax` to `sigmaMin`, in binary64.
 *
 * @see diffusers 0.42.1, scheduling_dpmsolver_multistep.py, _convert_to_karras, _exponential, _beta and _lu
 */
export function spaceSigmas(spacing: SpacedSigmas, { sigmaMax, sigmaMin, steps }: SpacingArgs): readonly number[] {
  const ramp = linspace(1, steps);
  switch (spacing) {
    case 'karras': {
      // Karras et al. 2022, https://arxiv.org/abs/2206.00364, equation (5).
      const maxRoot = sigmaMax ** (1 / RHO);
      const minRoot = sigmaMin ** (1 / RHO);
      return ramp.map((share) => (maxRoot + share * (minRoot - maxRoot)) ** RHO);
    }
    case 'exponential': {
      const [start, end] = [log(sigmaMax), log(sigmaMin)];
      const step = (end - start) / (steps - 1);
      return ramp.map((_, i) => exp(i === 0 ? start : i === steps - 1 ? end : i * step + start));
    }
    case 'beta':
      // https://arxiv.org/abs/2407.12173
      return ramp.map((share) => sigmaMin + betaQuantile(1 - share) * (sigmaMax - sigmaMin));
    case 'lu': {
      // Lu et al. 2022, https://arxiv.org/abs/2206.00927: even steps in lambda.
      const [start, end] = [numpyLog(sigmaMax), numpyLog(sigmaMin)];
      return ramp.map((share) => exp(start + share * (end - start)));
    }
  }
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
