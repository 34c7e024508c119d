import { SHARED_OUT } from '../store/run-parts-table.js';
import type { StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import type { ActiveRun } from './active-run.js';
import type { Clock } from './clock.js';
import type { NeedsMemo } from './needs-memo.js';
import type { RunPlace } from './run-place.js';
import type { RunQueue } from './run-queue.js';

export interface RunClaimsOptions {
  readonly store: Pick<Store, 'runs' | 'parts'>;
  readonly queue: RunQueue;
  readonly clock: Clock;
  readonly place: RunPlace;
  readonly needs: NeedsMemo;
  active(): Iterable<ActiveRun>;
  /** Called with a run whose shards are queued from now on. */
  onSharedOut(whole: StoredRun): void;
}

export interface ClaimOptions {
  /** Whether users know of all that is queued; if not, a run that would be shared out is left for a moment. */
  readonly mayShareOut: boolean;
}

/**
 * Decides which run starts next. One that has to wait for a certain worker does not block those behind it. One that
 * several workers can compute together is split: shards of it are queued, and it goes to a worker itself when all of
 * them are done.
 */
export interface RunClaims {
  /** Takes a run out of the queue; the caller must start it. @throws StoreFullError */
  next(options: ClaimOptions): StoredRun | undefined;
}

export function createRunClaims(options: RunClaimsOptions): RunClaims {
  const { queue, clock, place, needs, active, onSharedOut } = options;
  const { runs, parts } = options.store;

  /** Of the runs that were shared out, one whose parts are all done and for which there is a worker. */
  function nextWhole(): StoredRun | undefined {
    for (const { run, isOver } of active()) {
      if (run.worker !== SHARED_OUT || isOver) continue;
      const { all, done } = parts.count(run.id);
      const worker = all === done ? place.choose(() => needs.of(run)) : undefined;
      if (typeof worker === 'string') return parts.passOn(run.id, worker);
    }
    return undefined;
  }

  /** Not a part; and not one that came back to the queue when its parts were done, which only has to read them. */
  function isToBeShared(run: StoredRun): boolean {
    if (run.partOf !== null) return false;
    const needed = needs.of(run);
    return needed.parts.length > 1 && place.countSharers(needed) > 1 && parts.count(run.id).all === 0;
  }

  return {
    next({ mayShareOut }) {
      if (!place.hasRoom()) return undefined;
      if (!place.outlivesServer) return runs.claimNext(clock.wallMs());
      const whole = nextWhole();
      if (whole !== undefined) return whole;
      for (const id of runs.claimOrder()) {
        const run = queue.read(id);
        const worker = place.choose(() => needs.of(run));
        if (typeof worker !== 'string') continue;
        if (!isToBeShared(run)) return runs.claim(id, worker, clock.wallMs());
        if (!mayShareOut) return undefined;
        const shared = parts.shareOut(id, needs.of(run).parts, clock.wallMs());
        if (shared !== undefined) onSharedOut(shared);
        return this.next({ mayShareOut });
      }
      return undefined;
    },
  };
}
