import type { NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import type { ConfigReader } from './scheduler-config.js';
import { SchedulerConfigError } from './scheduler-config.js';
import { karrasSigmas, sigmaToTimestep } from './sigma-spacing.js';
import { sigmaTable } from './sigma-table.js';
import { roundHalfEven } from './timestep-spacing.js';

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
  /** With Karras' levels "sigma_min" is the last of them, which for a single step is the highest. */
  readonly endsAtLastLevel?: true;
  /** How Karras' levels become integers; half to even when left out. */
  readonly toInteger?: (timestep: number) => number;
  /** The timesteps unless Karras' levels are asked for. */
  spacedTimesteps(): readonly number[];
}

/**
 * Timesteps and noise levels of the exponential solvers: DPM-Solver++, UniPC and DEIS. Unlike the Euler family they take
 * Karras' levels over the whole table, and integer timesteps only.
 *
 * @see diffusers 0.42.1, scheduling_dpmsolver_multistep.py, scheduling_unipc_multistep.py, scheduling_deis_multistep.py,
 *   set_timesteps
 */
export function planSolverSigmas(reader: ConfigReader, args: PlanArgs): SolverPlan {
  const { schedule, steps, finalSigma, toInteger = roundHalfEven } = args;
  const table = sigmaTable(schedule);
  const lastSigma = finalSigma === 'zero' ? 0 : at(table, 0);
  if (reader.boolean('use_karras_sigmas', false)) {
    const sigmas = karrasSigmas({ ...karrasRange(reader, at(table, table.length - 1), at(table, 0)), steps });
    const logTable = table.map(log);
    const timesteps = sigmas.map((sigma) => toInteger(sigmaToTimestep(sigma, logTable)));
    checkFirstTimestep(reader.className, timesteps);
    const repeats = args.endsAtLastLevel === true && finalSigma === 'sigma_min';
    return { timesteps, sigmas: [...sigmas, repeats ? at(sigmas, steps - 1) : lastSigma].map(fround) };
  }
  const timesteps = args.spacedTimesteps();
  checkFirstTimestep(reader.className, timesteps);
  const clamp = (timestep: number) => Math.min(Math.max(timestep, 0), table.length - 1);
  return { timesteps, sigmas: [...timesteps.map((timestep) => at(table, clamp(timestep))), lastSigma] };
}

/** The ends of Karras' levels, which a config may set itself. */
export function karrasRange(reader: ConfigReader, highest: number, lowest: number) {
  return {
    sigmaMax: reader.numberOrNull('sigma_max') ?? highest,
    sigmaMin: reader.numberOrNull('sigma_min') ?? lowest,
  };
}

/** How many of the noisiest timesteps lie below `lambda_min_clipped`. */
export function countClipped(reader: ConfigReader, { alphasCumprod }: NoiseSchedule): number {
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
  throw new SchedulerConfigError(
    `${className}: ${timesteps.length} steps begin with timestep ${timesteps[0]} twice; take fewer steps`,
  );
}
