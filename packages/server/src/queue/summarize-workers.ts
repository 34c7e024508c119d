import type { WorkerStatus } from '@unclip-studio/protocol';
import type { RemoteWorker } from './remote-workers.js';

/** Several workers as if they were one. */
export function summarizeWorkers(workers: readonly RemoteWorker[], isAnyFree: boolean): WorkerStatus {
  const records = workers.map(({ record }) => record);
  const lastExit = newest(records.flatMap((record) => record.lastExit ?? []));
  const notice = newest(records.flatMap((record) => record.notice ?? []));
  const device = records.find((record) => record.device !== undefined)?.device;
  const isAnyFit = workers.some(({ isFit }) => isFit);
  return {
    phase: !isAnyFit ? 'starting' : isAnyFree ? 'idle' : 'busy',
    restarts: records.reduce((sum, { restarts }) => sum + restarts, 0),
    ...(lastExit === undefined ? {} : { lastExit }),
    ...(device === undefined ? {} : { device }),
    ...(notice === undefined ? {} : { notice }),
  };
}

function newest<Item extends { readonly at: string }>(items: readonly Item[]): Item | undefined {
  return [...items].sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
}
