import type { NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import type { NoiseLevel, SchedulerOptions } from './scheduler.js';
import { type ConfigReader, checkSteps } from './scheduler-config.js';
import { karrasSigmas, sigmaToTimestep } from './sigma-spacing.js';
import { interpolate, sigmaTable } from './sigma-table.js';
import { karrasRange } from './solver-sigmas.js';
import {
  checkTimesteps,
  fractionalTimesteps,
  readStepsOffset,
  readTimestepSpacing,
  roundHalfEven,
} from './timestep-spacing.js';

const { fround, log, sqrt } = Math;

export interface SigmaPlan {
  /** Falling, with fractions; those of the steps that are left out are not here. */
  readonly timesteps: readonly number[];
  /** float32 values, falling: one for each timestep, then the noise after the last step. */
  readonly sigmas: readonly number[];
  readonly initNoiseSigma: number;
  /** ln of the noise of every timestep, float32, rising. */
  readonly logTable: Float32Array;
}

interface PlanArgs {
  readonly schedule: NoiseSchedule;
  readonly options: SchedulerOptions;
  /** `null` where the class has no such levels. `integers`: their timesteps are rounded. */
  readonly karras: { readonly integers: boolean } | null;
}

/**
 * Timesteps and noise levels of the Euler family: Euler, Euler ancestral, Heun, LMS and KDPM2.
 *
 * @throws SchedulerConfigError naming the key, or what steps would fit
 * @see diffusers 0.42.1, scheduling_euler_discrete.py, set_timesteps
 */
export function planSigmas(reader: ConfigReader, { schedule, options, karras }: PlanArgs): SigmaPlan {
  const { steps, skip = 0 } = options;
  const { numTrainTimesteps } = schedule;
  checkSteps(reader.className, options, numTrainTimesteps);
  const spacing = readTimestepSpacing(reader, 'linspace');
  const stepsOffset = readStepsOffset(reader, numTrainTimesteps);
  const spaced = fractionalTimesteps({ spacing, steps, numTrainTimesteps, stepsOffset });
  checkTimesteps(reader.className, spaced, numTrainTimesteps);
  const table = sigmaTable(schedule);
  const logTable = table.map(log);
  const { timesteps, sigmas } = place(spaced.map((timestep) => interpolate(table, timestep)));
  const final = reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']);
  const highest = Math.max(...sigmas.map(fround));
  return {
    timesteps: timesteps.slice(skip),
    sigmas: [...sigmas.map(fround), final === 'zero' ? 0 : at(table, 0)].slice(skip),
    // With "leading" the first timestep is not the noisiest one, and the sample is taken to hold some signal.
    initNoiseSigma: spacing === 'leading' ? fround(sqrt(fround(fround(highest * highest) + 1))) : highest,
    logTable,
  };

  function place(inTable: readonly number[]) {
    if (karras === null || !reader.boolean('use_karras_sigmas', false)) return { timesteps: spaced, sigmas: inTable };
    // Between the levels of the chosen timesteps, not over the whole table as the exponential solvers do.
    const range = karrasRange(reader, at(inTable, 0), at(inTable, steps - 1));
    const levels = karrasSigmas({ ...range, steps });
    const fractional = levels.map((sigma) => sigmaToTimestep(sigma, logTable));
    return { timesteps: fractional.map(karras.integers ? roundHalfEven : fround), sigmas: levels };
  }
}

/** x_0 + sigma n: samples of the Euler family grow with the noise. */
export function sigmaLevel(sigma: number): NoiseLevel {
  return { signal: 1, spread: sigma };
}

/** What the UNet was trained to see: x / sqrt(sigma^2 + 1). */
export function scaleBySigma(sample: Float32Array, sigma: number): Float32Array {
  const scale = fround(sqrt(fround(fround(sigma * sigma) + 1)));
  return sample.map((x) => x / scale);
}
