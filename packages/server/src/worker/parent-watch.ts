import { Worker } from 'node:worker_threads';

const WATCH = `
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

/** Sees to it that this process ends when the one that forked it ends, however that happens. */
export interface ParentWatch {
  /** From now on the main thread may be taken for minutes by a node or by native code. */
  beforeWork(): void;
}

/** While the event loop is idle this process exits immediately; during work, within a second. */
export function watchParent(): ParentWatch {
  process.on('disconnect', () => process.exit(0));
  let thread: Worker | undefined;
  return {
    beforeWork() {
      // Costs 9 MB, which an unused server does not need. Below 8 MB Node itself does not start.
      thread ??= new Worker(WATCH, {
        eval: true,
        resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 },
        env: {},
        execArgv: [],
      });
      thread.unref();
    },
  };
}
