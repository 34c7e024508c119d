import { readdirSync } from 'node:fs';
import { startTestServer } from './test-server.js';

/** What a process holds. */
export interface HeldThings {
  readonly openFiles: number;
  /** Of the process itself; a listener added for each run and never taken away shows here. */
  readonly listeners: number;
  /** Timers, sockets and other things that keep the loop busy. */
  readonly resources: number;
  /** What JavaScript holds after a collection: objects, and memory outside of the heap that belongs to them. */
  readonly heapMib: number;
}

export type FromSoakServer =
  | { readonly type: 'ready'; readonly origin: string }
  | { readonly type: 'held'; readonly held: HeldThings };

// A whole server in a separate process, which reports its memory on request.
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: soak-server FOLDER');
// The cache of results fills within the first hundred runs, so that what grows after them is a leak.
const server = await startTestServer(folder, {}, { machine: { cacheBytes: 2 ** 22 } });
const tell = (message: FromSoakServer) => void process.send?.(message);
process.on('message', () => {
  globalThis.gc?.();
  tell({
    type: 'held',
    held: {
      openFiles: readdirSync('/proc/self/fd').length,
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      resources: process.getActiveResourcesInfo().length,
      heapMib: heapMib(),
    },
  });
});
function heapMib(): number {
  const { heapUsed, external } = process.memoryUsage();
  return Math.round(((heapUsed + external) / 2 ** 20) * 10) / 10;
}
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
tell({ type: 'ready', origin: server.origin });
