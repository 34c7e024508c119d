import { withReason } from '@unclip-studio/graph-core';
import type { NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import { numpyLog } from './numpy-log.js';
import type { ConfigReader } from './scheduler-config.js';
import { SchedulerConfigError } from './scheduler-config.js';
import { readSigmaSpacing, type SpacedSigmas, sigmaToTimestep, spaceSigmas } from './sigma-spacing.js';
import { sigmaTable } from './sigma-table.js';
import { multistepTimesteps, readStepsOffset, readTimestepSpacing, roundHalfEven } from './timestep-spacing.js';

const { fround, log, sqrt } = Math;

export interface SolverPlan {
  /** Falling integers. */
  readonly timesteps: readonly number[];
  /** float32 values; one more than there are timesteps. */
  readonly sigmas: readonly number[];
}

interface PlanArgs {
  readonly schedule: NoiseSchedule;
  readonly steps: number;
  /** The noise after the last step: none, or that of the table's first timestep. */
  readonly finalSigma: 'zero' | 'sigma_min';
  /** With their own spacing of levels, "sigma_min" is the last of them, which for a single step is the highest. */
  readonly endsAtLastLevel?: true;
  /** How the timesteps of Karras' and Lu's levels become integers; half to even when left out. */
  readonly toInteger?: (timestep: number) => number;
  /** In addition to those of the table, Karras', exponential and beta. */
  readonly hasLu?: true;
  /** Leaves out the noisiest timesteps, as `lambda_min_clipped` says. */
  readonly clipsNoisiest?: true;
  /** The class lays its timesteps out in one way; else the config says how. */
  readonly hasOwnSpacing?: true;
}

/**
 * Timesteps and noise levels of the exponential solvers: DPM-Solver++, UniPC, DEIS and SA-Solver. Unlike the Euler
 * family they space levels over the whole table, and use integer timesteps only.
 *
 * @see diffusers 0.42.1, scheduling_dpmsolver_multistep.py, scheduling_unipc_multistep.py,
 * scheduling_deis_multistep.py, scheduling_sasolver.py, set_timesteps
 */
export function planSolverSigmas(reader: ConfigReader, args: PlanArgs): SolverPlan {
  const { schedule, steps, finalSigma, toInteger = roundHalfEven } = args;
  const table = sigmaTable(schedule);
  const lastSigma = finalSigma === 'zero' ? 0 : at(table, 0);
  const spacing = readSigmaSpacing(reader, ['karras', ...(args.hasLu ? (['lu'] as const) : []), 'exponential', 'beta']);
  if (spacing !== 'table') {
    const [highest, lowest] = [at(table, table.length - 1), at(table, 0)];
    const range = spacing === 'lu' ? { sigmaMax: highest, sigmaMin: lowest } : sigmaRange(reader, highest, lowest);
    const sigmas = spaceSigmas(spacing, { ...range, steps });
    const timesteps = timestepsOf(sigmas, { spacing, table, toInteger });
    checkFirstTimestep(reader.className, timesteps);
    const repeats = args.endsAtLastLevel === true && finalSigma === 'sigma_min';
    return { timesteps, sigmas: [...sigmas, repeats ? at(sigmas, steps - 1) : lastSigma].map(fround) };
  }
  const timesteps = spacedTimesteps(reader, args);
  checkFirstTimestep(reader.className, timesteps);
  const clamp = (timestep: number) => Math.min(Math.max(timestep, 0), table.length - 1);
  return { timesteps, sigmas: [...timesteps.map((timestep) => at(table, clamp(timestep))), lastSigma] };
}

function spacedTimesteps(
  reader: ConfigReader,
  { schedule, steps, clipsNoisiest, hasOwnSpacing }: PlanArgs,
): readonly number[] {
  const { numTrainTimesteps } = schedule;
  return multistepTimesteps({
    spacing: hasOwnSpacing ? 'linspace' : readTimestepSpacing(reader, 'linspace'),
    ...{ steps, numTrainTimesteps },
    stepsOffset: hasOwnSpacing ? 0 : readStepsOffset(reader, numTrainTimesteps),
    lastTimestep: numTrainTimesteps - (clipsNoisiest ? countClipped(reader, schedule) : 0),
  });
}

interface TimestepsArgs {
  readonly spacing: SpacedSigmas;
  readonly table: Float32Array;
  toInteger(timestep: number): number;
}

function timestepsOf(sigmas: readonly number[], { spacing, table, toInteger }: TimestepsArgs): readonly number[] {
  // Rounded timesteps do not depend on the last digit of the logarithms; truncated ones do.
  const logTable = table.map(spacing === 'karras' ? log : numpyLog);
  const whole = spacing === 'karras' || spacing === 'lu' ? toInteger : Math.trunc;
  return sigmas.map((sigma) => whole(sigmaToTimestep(sigma, logTable)));
}

/** The ends of the levels, which a config may set itself. */
export function sigmaRange(reader: ConfigReader, highest: number, lowest: number) {
  return {
    sigmaMax: reader.numberOrNull('sigma_max') ?? highest,
    sigmaMin: reader.numberOrNull('sigma_min') ?? lowest,
  };
}

/** How many of the noisiest timesteps are below `lambda_min_clipped`. */
function countClipped(reader: ConfigReader, { alphasCumprod }: NoiseSchedule): number {
  // JSON has no infinity; both spellings are met in files.
  const given = reader.config.lambda_min_clipped;
  if (given === '-inf' || given === '-Infinity') return 0;
  const limit = reader.number('lambda_min_clipped', Number.NEGATIVE_INFINITY);
  return alphasCumprod.filter((alphaProd) => {
    const lambda = fround(log(fround(sqrt(alphaProd)))) - fround(log(fround(sqrt(fround(1 - alphaProd)))));
    return fround(lambda) < fround(limit);
  }).length;
}

/**
 * diffusers finds its place by the first timestep, taking the second of two equal ones, and then runs out of noise
 * levels at the last step.
 */
function checkFirstTimestep(className: string, timesteps: readonly number[]): void {
  if (timesteps.length === 1 || timesteps[0] !== timesteps[1]) return;
  throw withReason(
    new SchedulerConfigError(
      `${className}: ${timesteps.length} steps begin with timestep ${timesteps[0]} twice; take fewer steps`,
    ),
    { code: 'steps-not-possible', scheduler: className, steps: timesteps.length },
  );
}
