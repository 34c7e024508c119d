import { withReason } from '@unclip-studio/graph-core';
import { type ConfigReader, SchedulerConfigError } from './scheduler-config.js';

export type TimestepSpacing = (typeof TIMESTEP_SPACINGS)[number];

const TIMESTEP_SPACINGS = ['leading', 'linspace', 'trailing'] as const;

export function readTimestepSpacing(reader: ConfigReader, whenMissing: TimestepSpacing): TimestepSpacing {
  return reader.choice('timestep_spacing', whenMissing, TIMESTEP_SPACINGS);
}

interface SpacingArgs {
  readonly spacing: TimestepSpacing;
  readonly steps: number;
  /** N: as many as the model was trained on. */
  readonly numTrainTimesteps: number;
  /** Acts with "leading" only. */
  readonly stepsOffset: number;
}

/**
 * The timesteps of DDIM, PNDM and DDPM, falling.
 *
 * @see https://arxiv.org/abs/2305.08891, table 2; diffusers 0.42.1, scheduling_ddim.py, set_timesteps
 */
export function integerTimesteps({ spacing, steps, numTrainTimesteps, stepsOffset }: SpacingArgs): readonly number[] {
  switch (spacing) {
    case 'leading': {
      const ratio = Math.floor(numTrainTimesteps / steps);
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + stepsOffset);
    }
    case 'linspace':
      return linspace(numTrainTimesteps - 1, steps)
        .map(roundHalfEven)
        .reverse();
    case 'trailing':
      return trailingTimesteps(numTrainTimesteps, numTrainTimesteps / steps);
  }
}

/**
 * The timesteps of the DPM-Solver++ multistep, UniPC and DEIS, falling: the last one, near 0, is dropped.
 *
 * @param lastTimestep one past the noisiest timestep which may be used; `numTrainTimesteps` unless lambda is clipped
 * @see diffusers 0.42.1, scheduling_dpmsolver_multistep.py, set_timesteps
 */
export function multistepTimesteps(args: SpacingArgs & { readonly lastTimestep: number }): readonly number[] {
  const { spacing, steps, numTrainTimesteps, stepsOffset, lastTimestep } = args;
  switch (spacing) {
    case 'leading': {
      const ratio = Math.floor(lastTimestep / (steps + 1));
      return Array.from({ length: steps }, (_, i) => (steps - i) * ratio + stepsOffset);
    }
    case 'linspace':
      return linspace(lastTimestep - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, -1);
    case 'trailing':
      return trailingTimesteps(lastTimestep, numTrainTimesteps / steps);
  }
}

/**
 * The timesteps of the Euler family, falling, as float32 values; "linspace" keeps fractions.
 *
 * @see diffusers 0.42.1, scheduling_euler_discrete.py, set_timesteps
 */
export function fractionalTimesteps(args: SpacingArgs): readonly number[] {
  if (args.spacing !== 'linspace') return integerTimesteps(args);
  return linspace(args.numTrainTimesteps - 1, args.steps)
    .map(Math.fround)
    .reverse();
}

/** What `steps_offset` may be. */
export function readStepsOffset(reader: ConfigReader, numTrainTimesteps: number): number {
  return reader.number('steps_offset', 0, { min: 0, max: numTrainTimesteps, integer: true });
}

/** More steps than the spacing has room for, or an offset past the end, lead out of the table. */
export function checkTimesteps(className: string, timesteps: readonly number[], numTrainTimesteps: number): void {
  const outside = timesteps.find((timestep) => timestep < 0 || timestep >= numTrainTimesteps);
  if (outside === undefined) return;
  const range = `0..${numTrainTimesteps - 1}`;
  throw withReason(
    new SchedulerConfigError(
      `${className}: ${timesteps.length} steps lead to timestep ${outside}, outside ${range}; take other steps`,
    ),
    { code: 'steps-not-possible', scheduler: className, steps: timesteps.length },
  );
}

/** numpy.linspace(0, end, count), in binary64. */
export function linspace(end: number, count: number): number[] {
  const step = end / (count - 1);
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? end : i * (i > 0 ? step : 0)));
}

/** Nearest integer, halves to the even one, as numpy rounds. */
export function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** round(numpy.arange(start, 0, -ratio)) - 1. */
function trailingTimesteps(start: number, ratio: number): readonly number[] {
  // numpy takes its step from the first two values, and its count from a division: both show in the last timesteps.
  const step = start - ratio - start;
  const count = Math.ceil(-start / -ratio);
  return Array.from({ length: count }, (_, i) => roundHalfEven(start + i * step) - 1);
}
