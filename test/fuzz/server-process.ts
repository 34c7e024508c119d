import { join } from 'node:path';
import type { RunningServer } from '@unclip-studio/server';
import { startTestServer } from '../support/test-server.js';
import { BUNDLED } from './corpus.js';
import { waitedMs } from './watch-process.js';

export type FromServer =
  | { readonly type: 'ready'; readonly origin: string; readonly routes: RunningServer['routes'] }
  | { readonly type: 'log'; readonly line: string }
  /** The event loop stood still; what others of the machine took is taken off. */
  | { readonly type: 'blocked'; readonly ms: number }
  | { readonly type: 'heap'; readonly mib: number };

const TICK_MS = 20;
const WORTH_TELLING_MS = 60;

// A whole server in a separate process, which reports its internal state.
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: server-process FOLDER');
const tell = (message: FromServer) => void process.send?.(message);
const server = await startTestServer(
  folder,
  { queue: 200, uploadBytes: 4 * 2 ** 20, imagePixels: 4_000_000 },
  {
    comfyui: true,
    resultBytes: 2 ** 26,
    historyRuns: 100,
    machine: { cacheBytes: 2 ** 24, memoryBudgetBytes: 1e9, modelFolders: [join(BUNDLED, '..')] },
  },
  (line) => tell({ type: 'log', line }),
);
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  tell({ type: 'heap', mib: (heapUsed + external) / 2 ** 20 });
});
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
watchLoop();
tell({ type: 'ready', origin: server.origin, routes: server.routes });

function watchLoop(): void {
  let lastMs = performance.now();
  let lastWaitedMs = waitedMs(process.pid);
  setInterval(() => {
    const nowMs = performance.now();
    const nowWaitedMs = waitedMs(process.pid);
    const ms = nowMs - lastMs - TICK_MS - (nowWaitedMs - lastWaitedMs);
    if (ms > WORTH_TELLING_MS) tell({ type: 'blocked', ms });
    lastMs = nowMs;
    lastWaitedMs = nowWaitedMs;
  }, TICK_MS).unref();
}
