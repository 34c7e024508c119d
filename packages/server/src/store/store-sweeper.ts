import type { Store } from './store.js';

/** Removes unlisted files and old data, now and then, while the server runs. */
export interface StoreSweeper {
  /** Resolves once the store is no longer used; soon, also in the middle of a sweep. */
  stop(): Promise<void>;
}

export interface SweeperOptions {
  readonly store: Store;
  readonly keepRuns: number;
  /** Milliseconds since 1970, to compare with the times of files. */
  wallMs(): number;
  /** Called with the error of a failed sweep; the next one tries again. */
  onError(error: unknown): void;
}

// Not while a server starts, but also in one that is ended every evening.
const FIRST_MS = 60_000;
const INTERVAL_MS = 3_600_000;

export function sweepHourly({ store, keepRuns, wallMs, onError }: SweeperOptions): StoreSweeper {
  const stopped = new AbortController();
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = () => {
    sweeping = sweeping
      .then(() => store.sweep({ nowMs: wallMs(), keepRuns, signal: stopped.signal }))
      .catch((error: unknown) => onError(error));
  };
  const timers = [setTimeout(sweep, FIRST_MS), setInterval(sweep, INTERVAL_MS)];
  for (const timer of timers) timer.unref();
  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      stopped.abort();
      await sweeping;
    },
  };
}
