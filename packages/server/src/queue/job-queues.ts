import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { jobQueueOf, type QueueNames } from './queue-names.js';

/** The server's side of the BullMQ queues: one a worker, all over one connection. */
export interface JobQueues {
  /** Twice with the same id is once. Rejects if Redis does not take it. */
  add(worker: string, jobId: string, sealed: Buffer): Promise<void>;
  /**
   * Takes a job back, unless a worker holds its lock: from then on no worker can get it, and one that had it cannot renew
   * its lock.
   *
   * @returns whether nobody has it now
   */
  takeBack(worker: string, jobId: string): Promise<boolean>;
  /** Removes what a worker that is gone has left. */
  remove(worker: string): Promise<void>;
  /** Removes what workers have left that are not among these. */
  removeOthers(living: ReadonlySet<string>): Promise<void>;
  close(): Promise<void>;
}

/** Under which a job holds what is sealed. */
export const SEALED = 'sealed';

const REMOVED = 1;

export function createJobQueues(redis: Redis, names: QueueNames): JobQueues {
  const queues = new Map<string, Queue>();

  /** One that was made while Redis was away stays broken, so it is made anew then. */
  async function queueOf(worker: string): Promise<Queue> {
    const known = queues.get(worker);
    if (known !== undefined) return known;
    // It would wait for a connection without a limit.
    if (redis.status !== 'ready') throw new Error('Redis is not connected');
    const queue = new Queue(jobQueueOf(worker), { connection: redis, prefix: names.prefix });
    // Each failure is told to whoever asked for something.
    queue.on('error', () => {});
    queues.set(worker, queue);
    await queue.waitUntilReady().catch(async (error: unknown) => {
      queues.delete(worker);
      await queue.close().catch(() => {});
      throw error;
    });
    return queue;
  }

  async function remove(worker: string): Promise<void> {
    const queue = await queueOf(worker);
    await queue.obliterate({ force: true });
    await redis.srem(names.queues, worker);
    queues.delete(worker);
    await queue.close();
  }

  return {
    async add(worker, jobId, sealed) {
      const queue = await queueOf(worker);
      const data = { [SEALED]: sealed.toString('base64') };
      await queue.add('run', data, { jobId, removeOnComplete: true, removeOnFail: true });
    },
    async takeBack(worker, jobId) {
      const queue = await queueOf(worker);
      return (await queue.remove(jobId)) === REMOVED;
    },
    remove,
    async removeOthers(living) {
      for (const worker of await redis.smembers(names.queues)) if (!living.has(worker)) await remove(worker);
    },
    async close() {
      for (const queue of queues.values()) await queue.close().catch(() => {});
    },
  };
}
