import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueTimes } from './queue-address.js';
import { jobQueueOf, type QueueNames } from './queue-names.js';
import { blockMsOf } from './redis-link.js';

export interface WorkerQueuesOptions {
  readonly redis: Redis;
  readonly names: QueueNames;
  readonly times: QueueTimes;
  /** All in the order in which the worker wrote them. */
  onProgress(worker: string, jobId: string, progress: unknown): void;
  onCompleted(worker: string, jobId: string, result: unknown): void;
  /** BullMQ has given it up, such as one whose worker had lost its lock. */
  onFailed(worker: string, jobId: string): void;
}

/** The server's side of the BullMQ queues, one a worker. */
export interface WorkerQueues {
  /** Listens to what becomes of a worker's jobs, from the oldest event that Redis has. */
  open(worker: string): void;
  /** Twice with the same id is once. Waits for a Redis that is away; rejects if Redis does not take it. */
  add(worker: string, jobId: string, order: string): Promise<void>;
  /** Finds out the state of a silent job, and takes it back unless a worker holds its lock. */
  takeBack(worker: string, jobId: string): Promise<TakenBack>;
  /** Removes what a worker that is gone has left. */
  remove(worker: string): Promise<void>;
  /** Removes what workers have left that are not among these. */
  removeOthers(known: ReadonlySet<string>): Promise<void>;
  close(): void;
}

export type TakenBack =
  | { readonly type: 'locked' }
  | { readonly type: 'completed'; readonly result: unknown }
  /** No worker can get it any more, and one that had it cannot renew its lock or complete it. */
  | { readonly type: 'removed'; readonly hadBegun: boolean; readonly failedReason?: string };

// Of each worker; what a server that was away has missed beyond them comes with the result.
const KEPT_EVENTS = 1_000;
const REMOVED = 1;

interface WorkerQueue {
  readonly queue: Queue;
  readonly events: QueueEvents;
}

export function createWorkerQueues(options: WorkerQueuesOptions): WorkerQueues {
  const { redis, names, times } = options;
  const queues = new Map<string, WorkerQueue>();

  function open(worker: string): WorkerQueue {
    const known = queues.get(worker);
    if (known !== undefined) return known;
    const settings = { connection: redis, prefix: names.prefix };
    const name = jobQueueOf(worker);
    const opened = {
      queue: new Queue(name, { ...settings, streams: { events: { maxLen: KEPT_EVENTS } } }),
      events: new QueueEvents(name, { ...settings, lastEventId: '0-0', blockingTimeout: blockMsOf(times) }),
    };
    // BullMQ continues by itself; the link reports whether Redis is reachable.
    opened.queue.on('error', () => {});
    opened.events.on('error', () => {});
    opened.events.on('progress', ({ jobId, data }) => options.onProgress(worker, jobId, data));
    opened.events.on('completed', ({ jobId, returnvalue }) => options.onCompleted(worker, jobId, returnvalue));
    opened.events.on('failed', ({ jobId }) => options.onFailed(worker, jobId));
    queues.set(worker, opened);
    void redis.sadd(names.queues, worker).catch(() => {});
    return opened;
  }

  async function remove(worker: string): Promise<void> {
    const { queue, events } = open(worker);
    queues.delete(worker);
    // It would wait for a connection that is not there.
    void events.close().catch(() => {});
    await queue.obliterate({ force: true });
    await redis.srem(names.queues, worker);
  }

  return {
    open: (worker) => void open(worker),
    async add(worker, jobId, order) {
      await open(worker).queue.add('run', { order }, { jobId });
    },
    async takeBack(worker, jobId) {
      const { queue } = open(worker);
      const job = await queue.getJob(jobId);
      if (typeof job?.returnvalue === 'string') return { type: 'completed', result: job.returnvalue };
      if ((await queue.remove(jobId)) !== REMOVED) return { type: 'locked' };
      const { processedOn, failedReason } = job ?? {};
      return { type: 'removed', hadBegun: processedOn !== undefined, ...(failedReason && { failedReason }) };
    },
    remove,
    async removeOthers(known) {
      for (const worker of await redis.smembers(names.queues)) if (!known.has(worker)) await remove(worker);
    },
    close() {
      for (const { queue, events } of queues.values()) {
        for (const part of [queue, events]) void part.close().catch(() => {});
      }
    },
  };
}
