import type { Store } from './store.js';

/** Removes what nothing lists any more, now and then, while the server runs. */
export interface BlobSweeper {
  /** Resolves once the store is no longer touched; soon, also in the middle of a sweep. */
  stop(): Promise<void>;
}

const INTERVAL_MS = 3_600_000;

/** @param wallMs milliseconds since 1970, to compare with the times of files */
export function sweepHourly(store: Store, wallMs: () => number): BlobSweeper {
  const stopped = new AbortController();
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweeping.then(() => store.sweepBlobs(wallMs(), stopped.signal));
  }, INTERVAL_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      stopped.abort();
      await sweeping;
    },
  };
}
