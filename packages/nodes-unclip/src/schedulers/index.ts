import { createDdim } from './ddim.js';
import { createDpmSolverMultistep } from './dpm-solver-multistep.js';
import type { Scheduler, SchedulerConfig, SchedulerFactory, SchedulerOptions } from './scheduler.js';

/** diffusers' class name -> what makes it. A scheduler is one file and one line here. */
const SCHEDULERS: Readonly<Record<string, SchedulerFactory>> = {
  DDIMScheduler: createDdim,
  DPMSolverMultistepScheduler: createDpmSolverMultistep,
};

export const SCHEDULER_CLASS_NAMES: readonly string[] = Object.keys(SCHEDULERS);

/** There is no scheduler of this name here. */
export class UnknownSchedulerError extends Error {
  override readonly name = 'UnknownSchedulerError';

  constructor(readonly className: string) {
    super(`scheduler "${className}" is not known; there are: ${SCHEDULER_CLASS_NAMES.join(', ')}`);
  }
}

/**
 * Makes the sampler of one run, as diffusers' `Class.from_config(config)` and `set_timesteps(steps)` do.
 *
 * @param config a parsed scheduler_config.json; may have been written by another class
 * @throws UnknownSchedulerError, or SchedulerConfigError naming the key and what it may hold
 */
export function createScheduler(className: string, config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const create = Object.hasOwn(SCHEDULERS, className) ? SCHEDULERS[className] : undefined;
  if (create === undefined) throw new UnknownSchedulerError(className);
  return create(config, options);
}
