import type { Checkpoint } from '../checkpoint.js';
import { createScheduler } from '../schedulers/index.js';
import type { Scheduler } from '../schedulers/scheduler.js';

/** What the user calls a scheduler -> the diffusers class that defines it. */
export const SCHEDULER_CLASSES = {
  ddim: 'DDIMScheduler',
  'dpmpp-2m': 'DPMSolverMultistepScheduler',
} as const;

export type SchedulerName = keyof typeof SCHEDULER_CLASSES;

export const SCHEDULER_NAMES = Object.keys(SCHEDULER_CLASSES) as readonly SchedulerName[];

/** The scheduler as `Class.from_config(checkpoint's scheduler config)` gives it in diffusers. */
export function schedulerFor(
  checkpoint: Checkpoint,
  name: SchedulerName,
  options: { readonly steps: number; readonly eta: number },
): Scheduler {
  return createScheduler(SCHEDULER_CLASSES[name], checkpoint.scheduler, options);
}
