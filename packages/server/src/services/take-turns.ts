import { setImmediate as nextTurn } from 'node:timers/promises';

// Nothing else of the process waits longer for its turn; a pause itself costs some microseconds.
const SLICE_MS = 20;

/**
 * For `finishInSlices` of graph-core: lets everything else that waits in this process run as soon as the work has taken
 * 20 ms without a break.
 */
export function takeTurns(): () => Promise<void> | undefined {
  let startMs = performance.now();
  return () => {
    if (performance.now() - startMs < SLICE_MS) return undefined;
    return nextTurn().then(() => {
      startMs = performance.now();
    });
  };
}
