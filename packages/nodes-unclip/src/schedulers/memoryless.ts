import type { Scheduler } from './scheduler.js';

/** For schedulers whose step depends on nothing but its arguments: there is nothing to remember. */
export const MEMORYLESS: Required<Pick<Scheduler, 'snapshot' | 'restore'>> = {
  snapshot: () => [],
  restore() {},
};
