import { Worker } from 'node:worker_threads';

// Looks by itself, because the main thread may be inside native code for minutes.
const WATCH = `
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

/**
 * Ends this process when the one that forked it ends, however that happens and whatever this one is doing: at once
 * while the event loop turns, else within a second.
 */
export function leaveWithParent(): void {
  process.on('disconnect', () => process.exit(0));
  // Below about 8 MB Node's own start does not fit into the thread.
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };
  const watch = new Worker(WATCH, { eval: true, resourceLimits, env: {}, execArgv: [] });
  watch.unref();
}
