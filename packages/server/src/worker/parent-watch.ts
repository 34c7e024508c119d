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

/** While the event loop turns this process leaves at once; once there is work, within a second whatever it does. */
export function watchParent(): ParentWatch {
  process.on('disconnect', () => process.exit(0));
  let thread: Worker | undefined;
  return {
    beforeWork() {
      // Costs 9 MB, which a server that nobody uses need not pay. Below 8 MB Node's own start does not fit into it.
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
