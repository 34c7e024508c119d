import type { EmbeddedPlaceOptions } from '@unclip-studio/server';
import {
  QUEUE_TIMES,
  type QueueTimes,
  type RemoteWorkerOptions,
  type RunningWorker,
  startRemoteWorker,
} from '@unclip-studio/server/queue';
import type { TestRedis } from './redis-server.js';

/** Everything ten times as fast as over real networks. */
export const TEST_TIMES: QueueTimes = {
  ...QUEUE_TIMES,
  lockMs: 3_000,
  helloMs: 300,
  commandMs: 500,
  probeMs: 200,
  patienceMs: 1_000,
};

const TEST_KEY = 'canary-queue-key-0123456789-abcdef';

/** What server and workers of a test have in common. */
export function testQueue(
  { url }: Pick<TestRedis, 'url'>,
  { times = TEST_TIMES, ca }: { readonly times?: QueueTimes; readonly ca?: string } = {},
) {
  const address = { url, name: 'test', key: TEST_KEY, ...(ca === undefined ? {} : { ca }) };
  return { address, times, onNotice: () => {} };
}

/** A worker in this process, with its child that evaluates. */
export function startTestWorker(
  redis: Pick<TestRedis, 'url'>,
  worker: EmbeddedPlaceOptions,
  settings: Partial<RemoteWorkerOptions> = {},
): RunningWorker {
  return startRemoteWorker({ ...testQueue(redis), ...worker, listCheckpoints: async () => [], ...settings });
}
