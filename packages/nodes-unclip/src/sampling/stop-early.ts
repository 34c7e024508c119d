import { withReason } from '@unclip-studio/graph-core';
import type { NoiseLevel, Scheduler } from '../schedulers/scheduler.js';
import { SamplingInputError } from './start-from-latent.js';

export interface StoppedScheduler {
  readonly scheduler: Scheduler;
  /** Of the sample after the last call; `null` if the run goes to its end. */
  readonly endLevel: NoiseLevel | null;
}

interface Stop {
  /** Of the whole run. */
  readonly steps: number;
  /** Steps left out at the noisy end. */
  readonly skip: number;
  /** The step after which to stop, counted from the beginning of the whole run; 0: the last. */
  readonly stopAt: number;
}

/**
 * The beginning of a scheduler's run.
 *
 * @param scheduler without the skipped steps
 * @throws SamplingInputError if that leaves no step
 */
export function stopEarly(scheduler: Scheduler, { steps, skip, stopAt }: Stop): StoppedScheduler {
  if (stopAt === 0 || stopAt >= steps) return { scheduler, endLevel: null };
  if (stopAt <= skip) {
    throw withReason(
      new SamplingInputError(
        `UNetSample, stopAt: ${stopAt} leaves no step, since denoise leaves out the first ${skip} of ${steps}. ` +
          'Take a later step, or a larger denoise.',
      ),
      { code: 'no-steps-left', steps },
    );
  }
  const calls = callsOf(stopAt - skip, { calls: scheduler.timesteps.length, steps: steps - skip });
  const endLevel = scheduler.levels[calls];
  // The last steps need no call.
  if (calls >= scheduler.timesteps.length || endLevel === undefined) return { scheduler, endLevel: null };
  return { scheduler: upTo(scheduler, calls), endLevel };
}

/** How many calls some first steps take, of schedulers that ask the UNet twice a step or more often at the beginning. */
function callsOf(done: number, { calls, steps }: { readonly calls: number; readonly steps: number }): number {
  return steps > 1 && calls === 2 * steps - 1 ? 2 * done : done + calls - steps;
}

function upTo(scheduler: Scheduler, calls: number): Scheduler {
  return {
    timesteps: scheduler.timesteps.slice(0, calls),
    levels: scheduler.levels.slice(0, calls + 1),
    initNoiseSigma: scheduler.initNoiseSigma,
    scaleModelInput: (sample, call) => scheduler.scaleModelInput(sample, call),
    step: (args) => scheduler.step(args),
    ...(scheduler.snapshot && { snapshot: () => scheduler.snapshot?.() }),
    ...(scheduler.restore && { restore: (call, memory) => scheduler.restore?.(call, memory) }),
  };
}
