import type { RunNeeds } from '../runs/run-needs.js';
import type { RemoteWorker } from './remote-workers.js';

export interface PlacementInput {
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
export function placeRun({ needs, free, makers }: PlacementInput): RemoteWorker | undefined {
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
