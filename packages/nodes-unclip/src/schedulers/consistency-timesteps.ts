import { withReason } from '@unclip-studio/graph-core';
import type { SchedulerOptions } from './scheduler.js';
import { type ConfigReader, checkSteps, SchedulerConfigError } from './scheduler-config.js';

interface TimestepsArgs {
  readonly numTrainTimesteps: number;
  /** Timesteps of the distillation, falling from there to 1: what the model was taught to jump from. */
  readonly taughtTimesteps: (strength: number) => readonly number[];
  /** `original_inference_steps`: no run has more steps. */
  readonly originalSteps: number;
}

/** How many timesteps a consistency model was distilled on. */
export function readOriginalSteps(reader: ConfigReader, options: SchedulerOptions, numTrainTimesteps: number): number {
  const range = { min: 1, max: numTrainTimesteps, integer: true } as const;
  return options.originalSteps ?? reader.number('original_inference_steps', 50, range);
}

/**
 * The timesteps of consistency models, falling: evenly spaced ones of those that the model was distilled on.
 *
 * @throws SchedulerConfigError if there are not enough
 * @see diffusers 0.42.1, scheduling_lcm.py and scheduling_tcd.py, set_timesteps
 */
export function consistencyTimesteps(
  className: string,
  options: SchedulerOptions,
  { numTrainTimesteps, taughtTimesteps, originalSteps }: TimestepsArgs,
): readonly number[] {
  const { steps, skip = 0, strength = 1 } = options;
  checkSteps(className, options, numTrainTimesteps);
  const taught = taughtTimesteps(strength);
  const most = Math.min(taught.length, originalSteps);
  if (steps > most) {
    throw withReason(
      new SchedulerConfigError(
        `${className}, steps: expected at most ${most}, of which the model was distilled ("original_inference_steps"), got ${steps}`,
      ),
      { code: 'setting-range', setting: 'steps', value: steps, max: most },
    );
  }
  const stride = taught.length / steps;
  return Array.from({ length: steps }, (_, i) => taught[Math.floor(i * stride)] as number).slice(skip);
}
