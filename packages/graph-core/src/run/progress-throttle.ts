/** Twenty reports a second are more than an eye can follow. */
const PROGRESS_INTERVAL_MS = 50;

/** Decides which of one node's progress reports go out: the first, the last, and in between one each interval. */
export function createProgressThrottle(now: () => number): (step: number, steps: number) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (step, steps) => {
    const nowMs = now();
    if (step !== steps && nowMs - lastMs < PROGRESS_INTERVAL_MS) return false;
    lastMs = nowMs;
    return true;
  };
}
