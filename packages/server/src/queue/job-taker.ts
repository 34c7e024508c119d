import { type Job as BullJob, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { SEALED } from './job-queues.js';
import type { QueueTimes } from './queue-address.js';
import { jobQueueOf, type QueueNames } from './queue-names.js';

/** A job with its lock, which is ours for a time that every renewal begins anew. */
export interface TakenJob {
  readonly id: string;
  readonly sealed: Buffer;
  /** Whether the lock is certainly still ours; asked before anything is told of the job. */
  isHeld(): boolean;
  /** Called once, when the lock was lost or could not be renewed in time. */
  onLost(listener: (why: string) => void): void;
  /** Gives the job up as done, if Redis can be reached; a lock that is left lapses. */
  finish(): Promise<void>;
}

/**
 * Takes jobs from the worker's own BullMQ queue, one at a time, by BullMQ's calls for fetching by hand: nothing blocks on
 * a connection that may be dead, and every step has a limit of time.
 */
export interface JobTaker {
  /** @returns the next job; `undefined` if there is none. Rejects if Redis cannot be asked */
  take(): Promise<TakenJob | undefined>;
  close(): Promise<void>;
}

export interface JobTakerOptions {
  readonly redis: Redis;
  readonly names: QueueNames;
  readonly worker: string;
  readonly times: QueueTimes;
}

// Three renewals may fail before the lock lapses.
const RENEWALS = 3;
// Before the lock lapses in Redis, we no longer count on it.
const MARGIN = 0.05;

export function createJobTaker({ redis, names, worker, times }: JobTakerOptions): JobTaker {
  // The same for all jobs: nobody else takes from this queue, and a job whose hand-over was cut off is found again.
  const lock = worker;
  let bull: { readonly worker: Worker; readonly queue: Queue } | undefined;

  async function open(): Promise<{ readonly worker: Worker; readonly queue: Queue }> {
    if (bull !== undefined) return bull;
    if (redis.status !== 'ready') throw new Error('Redis is not connected');
    const settings = { connection: redis, prefix: names.prefix };
    const opened = {
      queue: new Queue(jobQueueOf(worker), settings),
      worker: new Worker(jobQueueOf(worker), null, {
        ...settings,
        ...{ autorun: false, skipStalledCheck: true, skipLockRenewal: true, lockDuration: times.lockMs },
      }),
    };
    // Each failure is told to whoever asked for something.
    opened.queue.on('error', () => {});
    opened.worker.on('error', () => {});
    try {
      await Promise.all([opened.queue.waitUntilReady(), opened.worker.waitUntilReady()]);
      await redis.sadd(names.queues, worker);
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
    bull = opened;
    return opened;
  }

  async function next(): Promise<BullJob | undefined> {
    const { queue, worker: taker } = await open();
    const job = await taker.getNextJob(lock, { block: false });
    if (job !== undefined) return job;
    // One that we were given by a call whose answer did not reach us.
    const [left] = await queue.getJobs(['active'], 0, 0);
    const isOurs = left !== undefined && (await left.extendLock(lock, times.lockMs)) === 1;
    return isOurs ? left : undefined;
  }

  return {
    async take() {
      const askedMs = performance.now();
      const job = await next();
      return job && hold(job, { lock, times, heldFromMs: askedMs });
    },
    async close() {
      if (bull !== undefined) await closeAll(bull);
      bull = undefined;
    },
  };
}

interface Hold {
  readonly lock: string;
  readonly times: QueueTimes;
  readonly heldFromMs: number;
}

function hold(job: BullJob, { lock, times: { lockMs }, heldFromMs }: Hold): TakenJob {
  let heldUntilMs = heldFromMs + lockMs * (1 - MARGIN);
  let isOver = false;
  let listener: ((why: string) => void) | undefined;
  let lostBecause: string | undefined;

  function lose(why: string): void {
    if (isOver) return;
    end();
    lostBecause = why;
    listener?.(why);
  }

  async function renew(): Promise<void> {
    const askedMs = performance.now();
    // An answer that does not come is none; what counts is when the lock lapses.
    const answer = await job.extendLock(lock, lockMs).catch(() => undefined);
    if (answer === 1) heldUntilMs = askedMs + lockMs * (1 - MARGIN);
    else if (answer === 0) lose('its lock was taken away');
  }

  const isHeld = () => !isOver && performance.now() < heldUntilMs;
  const renewal = setInterval(() => void renew(), lockMs / RENEWALS);
  const watch = setInterval(
    () => {
      if (!isHeld()) lose('its lock could not be renewed in time');
    },
    Math.min(500, lockMs / 20),
  );
  function end(): void {
    isOver = true;
    clearInterval(renewal);
    clearInterval(watch);
  }

  // Signed by the server; anything else is refused when it is opened.
  const sealed = (job.data as Readonly<Record<string, unknown>>)[SEALED];
  return {
    id: job.id ?? '',
    sealed: Buffer.from(typeof sealed === 'string' ? sealed : '', 'base64'),
    isHeld,
    onLost(told) {
      listener = told;
      if (lostBecause !== undefined) told(lostBecause);
    },
    async finish() {
      end();
      await job.moveToCompleted('', lock, false);
    },
  };
}

async function closeAll({ worker, queue }: { readonly worker: Worker; readonly queue: Queue }): Promise<void> {
  await Promise.all([worker.close(true), queue.close()].map((closing) => closing.catch(() => {})));
}
