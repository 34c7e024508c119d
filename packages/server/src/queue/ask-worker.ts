import type { RunNeeds } from '../runs/run-needs.js';
import type { ToPlace } from '../runs/run-place.js';
import type { RemoteWorker } from './remote-workers.js';

export interface Asked {
  readonly message: Exclude<ToPlace, { readonly type: 'watch-previews' | 'free-memory' }>;
  /** Of the run that the question is about. */
  readonly needs?: RunNeeds | undefined;
  readonly living: readonly RemoteWorker[];
  /** Those without a run. */
  readonly free: readonly RemoteWorker[];
}

/**
 * Who is best asked: for a forecast the worker that would do the run, for what a picture shows one that has nothing else
 * to do.
 *
 * @returns `undefined` if nobody could say
 */
export function chooseWorkerToAsk({ message, needs, living, free }: Asked): RemoteWorker | undefined {
  const isAble = (worker: RemoteWorker) =>
    message.type === 'forecast'
      ? worker.hasCheckpoints(needs?.checkpoints ?? [])
      : message.checkpoints.some((name) => worker.hasCheckpoints([name]));
  const idle = free.filter(isAble);
  const able = idle.length > 0 || message.type === 'describe' ? idle : living.filter((one) => one.isFit && isAble(one));
  const known = (worker: RemoteWorker) => (needs === undefined ? 0 : worker.countKnown(needs));
  return [...able].sort((a, b) => known(b) - known(a))[0];
}
