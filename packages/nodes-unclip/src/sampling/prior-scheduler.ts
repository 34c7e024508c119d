import type { PriorCheckpoint } from '../checkpoints/families/karlo.js';
import { createScheduler } from '../schedulers/index.js';
import type { Scheduler } from '../schedulers/scheduler.js';

/**
 * `ddpm`: DDPMScheduler made from the prior's config, as diffusers' documentation has it. `unclip`: UnCLIPScheduler as
 * StableUnCLIPPipeline calls it. `unclip-original`: as the original pipeline does, which names the next timestep.
 */
export const PRIOR_SCHEDULER_NAMES = ['ddpm', 'unclip', 'unclip-original'] as const;

export type PriorSchedulerName = (typeof PRIOR_SCHEDULER_NAMES)[number];

/** @throws SchedulerConfigError if the config is broken or the number of steps does not do */
export function priorSchedulerFor(
  { scheduler: config }: Pick<PriorCheckpoint, 'scheduler'>,
  name: PriorSchedulerName,
  steps: number,
): Scheduler {
  if (name === 'ddpm') return createScheduler('DDPMScheduler', config, { steps });
  const unclipTarget = name === 'unclip' ? 'adjacent' : 'next';
  return createScheduler('UnCLIPScheduler', config, { steps, unclipTarget });
}
