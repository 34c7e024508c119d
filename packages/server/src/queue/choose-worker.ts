import type { RunNeeds } from '../runs/run-needs.js';
import type { ToPlace } from '../runs/run-place.js';
import type { RemoteWorker } from './remote-workers.js';

export interface RunChoice {
  readonly needs: RunNeeds;
  /** That have no run and could begin one. */
  readonly free: readonly RemoteWorker[];
  /** Of each worker that is about to make a result which the run needs, where it keeps it; `undefined`: nowhere. */
  readonly makers: readonly (string | undefined)[];
}

/**
 * The worker for a run: one that has its checkpoints and, of those, the one that knows most of its results, then one that
 * has its checkpoints loaded, then the one that has rested longest. A result that another worker is about to make is
 * waited for if it can be read afterwards, so that what runs share is computed once.
 *
 * @returns `undefined` if the run has to wait
 */
export function chooseWorker({ needs, free, makers }: RunChoice): RemoteWorker | undefined {
  const ranked = free
    .filter((worker) => worker.hasCheckpoints(needs.checkpoints))
    .filter(({ resultsId }) => resultsId === undefined || !makers.includes(resultsId))
    .map((worker) => ({
      worker,
      known: worker.countKnown(needs),
      isLoaded: worker.hasLoaded(needs.checkpoints),
    }));
  ranked.sort(
    (a, b) =>
      b.known - a.known || Number(b.isLoaded) - Number(a.isLoaded) || a.worker.lastStartMs - b.worker.lastStartMs,
  );
  return ranked[0]?.worker;
}

export interface QuestionChoice {
  readonly message: Exclude<ToPlace, { readonly type: 'watch-previews' | 'free-memory' | 'reload-plugins' }>;
  /** Of the run that the question is about. */
  readonly needs?: RunNeeds | undefined;
  readonly living: readonly RemoteWorker[];
  /** Those without a run. */
  readonly free: readonly RemoteWorker[];
}

/**
 * The worker to ask: for a forecast the one that would execute the run, for embedding an image an idle one.
 *
 * @returns `undefined` if none can answer
 */
export function chooseWorkerToAsk({ message, needs, living, free }: QuestionChoice): RemoteWorker | undefined {
  const isAble = (worker: RemoteWorker) =>
    message.type === 'forecast'
      ? worker.hasCheckpoints(needs?.checkpoints ?? [])
      : message.checkpoints.some((name) => worker.hasCheckpoints([name]));
  const idle = free.filter(isAble);
  const able = idle.length > 0 || message.type === 'describe' ? idle : living.filter((one) => one.isFit && isAble(one));
  const known = (worker: RemoteWorker) => (needs === undefined ? 0 : worker.countKnown(needs));
  return [...able].sort((a, b) => known(b) - known(a))[0];
}
