import type { Runner } from './runner.js';

/** Starts the next run of a page that repeats them, once all that it has started have ended. */
export function startRepeating(runner: Runner): void {
  runner.state.subscribe(({ own, isRepeating, isStarting }, before) => {
    const isIdle = own.length === 0 && !isStarting;
    // A short run may have ended before the answer to its start is here.
    if (!isRepeating || !isIdle || (before.own.length === 0 && !before.isStarting)) return;
    // What the run said of its end comes with the same event, and may end the repetition.
    queueMicrotask(() => {
      const { notice, isRepeating: stillRepeats } = runner.state.getState();
      if (notice !== undefined) runner.state.setState({ isRepeating: false });
      else if (stillRepeats) void runner.repeat();
    });
  });
}
