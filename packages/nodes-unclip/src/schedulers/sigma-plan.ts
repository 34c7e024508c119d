import { linspaceFloat32, type NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import { numpyLog } from './numpy-log.js';
import type { NoiseLevel, SchedulerOptions } from './scheduler.js';
import { type ConfigReader, checkSteps } from './scheduler-config.js';
import { readSigmaSpacing, type SpacedSigmas, sigmaToTimestep, spaceSigmas } from './sigma-spacing.js';
import { interpolate, sigmaTable } from './sigma-table.js';
import { sigmaRange } from './solver-sigmas.js';
import {
  checkTimesteps,
  fractionalTimesteps,
  readStepsOffset,
  readTimestepSpacing,
  roundHalfEven,
} from './timestep-spacing.js';

const { exp, fround, log, sqrt } = Math;

export interface SigmaPlan {
  /** Falling, with fractions; without those of the steps that are left out. */
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
  /**
   * The spacings that the class has in addition to that of its timesteps; Karras', exponential and beta when left out.
   */
  readonly spacings?: readonly SpacedSigmas[];
  /** The timesteps of Karras' levels are rounded. */
  readonly roundsKarras?: true;
  /** The levels are evenly spaced in ln sigma over the whole table, and the last step ends at the table's lowest. */
  readonly logLinear?: boolean;
}

/**
 * Timesteps and noise levels of the Euler family: Euler, Euler ancestral, Heun, LMS and both of KDPM2.
 *
 * @throws SchedulerConfigError naming the key, or what steps would fit
 * @see diffusers 0.42.1, scheduling_euler_discrete.py, set_timesteps
 */
export function planSigmas(reader: ConfigReader, args: PlanArgs): SigmaPlan {
  const { schedule, options, spacings = ['karras', 'exponential', 'beta'] } = args;
  const { steps, skip = 0 } = options;
  const { numTrainTimesteps } = schedule;
  checkSteps(reader.className, options, numTrainTimesteps);
  const spacing = readTimestepSpacing(reader, 'linspace');
  const stepsOffset = readStepsOffset(reader, numTrainTimesteps);
  const spaced = fractionalTimesteps({ spacing, steps, numTrainTimesteps, stepsOffset });
  checkTimesteps(reader.className, spaced, numTrainTimesteps);
  const table = sigmaTable(schedule);
  const logTable = table.map(log);
  const { timesteps, sigmas } = place(
    args.logLinear ? logLinear(table, steps) : spaced.map((timestep) => interpolate(table, timestep)),
  );
  const final = reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']);
  const highest = Math.max(...sigmas.map(fround));
  return {
    timesteps: timesteps.slice(skip),
    // Levels evenly spaced in ln sigma already contain the last one.
    sigmas: [...sigmas.map(fround), final === 'zero' ? 0 : at(table, 0)].slice(skip, steps + 1),
    // With "leading" the first timestep is not the noisiest one, and the sample is taken to hold some signal.
    initNoiseSigma: spacing === 'leading' ? fround(sqrt(fround(fround(highest * highest) + 1))) : highest,
    logTable,
  };

  function place(inTable: readonly number[]) {
    const spaces = readSigmaSpacing(reader, spacings);
    if (spaces === 'table') return { timesteps: spaced, sigmas: inTable };
    // Between the levels of the chosen timesteps, not over the whole table as the exponential solvers do.
    const range = sigmaRange(reader, at(inTable, 0), at(inTable, inTable.length - 1));
    const levels = spaceSigmas(spaces, { ...range, steps });
    const fractional = levels.map((sigma) => sigmaToTimestep(sigma, logTable));
    const rounds = spaces === 'karras' && args.roundsKarras === true;
    return { timesteps: fractional.map(rounds ? roundHalfEven : fround), sigmas: levels };
  }
}

/** float32 throughout, one level more than there are steps. */
function logLinear(table: Float32Array, steps: number): readonly number[] {
  const [start, end] = [numpyLog(at(table, table.length - 1)), numpyLog(at(table, 0))];
  return Array.from(linspaceFloat32(start, end, steps + 1), (value) => fround(exp(value)));
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
