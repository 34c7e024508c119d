import { tmpdir } from 'node:os';
import { type Job, Queue, QueueEvents, Redis, Worker } from '@unclip-studio/server/queue';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startTestRedis, type TestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { waitUntil } from '../../support/run-service-rig.js';

// What BullMQ alone does not do, and what therefore stays in src/queue. If one of these fails after an update, that part
// can go. See docs/decisions/0303-the-queue-on-bullmqs-own-loop.md.

const testQueue = test.skipIf(WHY_NO_REDIS !== undefined);
// Where a lock is to lapse; else it is BullMQ's 30 s.
const SHORT_LOCK_MS = 300;

let redis: TestRedis;
let queues = 0;

beforeAll(async () => {
  // It saves nothing.
  if (WHY_NO_REDIS === undefined) redis = await startTestRedis({ folder: tmpdir() });
});
afterAll(() => redis?.end());

type Processor = (job: Job, token: string | undefined, signal: AbortSignal | undefined) => Promise<unknown>;

interface Scene {
  readonly queue: Queue;
  /** One that runs the job, as a worker does on another machine. */
  work(processor: Processor, lockMs?: number): Worker;
  listen(lastEventId: string): QueueEvents;
}

function scene(): Scene {
  const name = `queue-${queues++}`;
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  connection.on('error', () => {});
  onTestFinished(() => connection.disconnect());
  const queue = new Queue(name, { connection });
  return {
    queue,
    work(processor, lockMs = 30_000) {
      const times = { lockDuration: lockMs, stalledInterval: lockMs, drainDelay: 0.2 };
      const worker = new Worker(name, (job, token, signal) => processor(job, token, signal), {
        ...{ connection, ...times, maxStalledCount: 0 },
      });
      worker.on('error', () => {});
      onTestFinished(() => worker.close(true));
      return worker;
    },
    listen(lastEventId) {
      const events = new QueueEvents(name, { connection, lastEventId, blockingTimeout: 200 });
      events.on('error', () => {});
      onTestFinished(() => events.close());
      return events;
    },
  };
}

const never: Processor = () => new Promise(() => {});
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const untilActive = (queue: Queue) => waitUntil(async () => (await queue.getActiveCount()) === 1);

testQueue('a queue cannot cancel a started job, so the server notifies its worker', async () => {
  const { queue, work } = scene();
  let signal: AbortSignal | undefined;
  const worker = work((_job, _token, given) => {
    signal = given;
    return never(_job, _token, given);
  });
  await queue.add('run', {}, { jobId: 'a' });
  await waitUntil(() => signal !== undefined);

  expect(await queue.remove('a')).toBe(0);

  expect(signal?.aborted).toBe(false);
  expect(worker.cancelJob('a')).toBe(true);
  expect(signal?.aborted).toBe(true);
});

testQueue('nothing fails the job of a dead worker with its own queue, so the server takes it back', async () => {
  const { queue, work } = scene();
  const worker = work(never, SHORT_LOCK_MS);
  await queue.add('run', {}, { jobId: 'a' });
  await untilActive(queue);
  await worker.close(true);

  await sleep(SHORT_LOCK_MS * 3);

  expect(await (await queue.getJob('a'))?.getState()).toBe('active');
  expect(await queue.remove('a')).toBe(1);
});

testQueue('progress rejected by a full Redis is dropped, so the worker keeps it', async () => {
  const { queue, work } = scene();
  onTestFinished(async () => void (await redis.command('CONFIG', 'SET', 'maxmemory', '0')));
  work(async (job) => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    const refused = await job.updateProgress(1).catch((error: Error) => error.message);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    return refused;
  });
  await queue.add('run', {}, { jobId: 'a' });
  await waitUntil(async () => (await queue.getJob('a'))?.finishedOn !== undefined);

  const job = await queue.getJob('a');
  expect(job?.returnvalue).toMatch(/^OOM/);
  expect(job?.progress).toBe(0);
});

testQueue('a job keeps only the last progress, so the result contains all of it', async () => {
  const { queue, work } = scene();
  work(async (job) => {
    for (const step of [1, 2, 3]) await job.updateProgress(step);
    return 'result';
  });
  await queue.add('run', {}, { jobId: 'a' });
  await waitUntil(async () => (await queue.getJob('a'))?.returnvalue === 'result');

  expect((await queue.getJob('a'))?.progress).toBe(3);
});

testQueue('events of a Redis whose clock was set back are not received, so the server requests the job', async () => {
  const { queue, work, listen } = scene();
  // The last event that was heard before Redis was started again, without its data and an hour earlier.
  const ahead = listen(`${Date.now() + 3_600_000}-0`);
  const level = listen('0-0');
  let heard = 0;
  ahead.on('completed', () => heard++);
  const completed = new Promise((resolve) => level.on('completed', resolve));
  work(async () => 'result');

  await queue.add('run', {}, { jobId: 'a' });
  await completed;
  await sleep(300);

  expect(heard).toBe(0);
  expect((await queue.getJob('a'))?.returnvalue).toBe('result');
});

testQueue('a worker whose clock is set back lets its lock lapse, which costs the run a new beginning', async () => {
  const { queue, work } = scene();
  work(never, SHORT_LOCK_MS);
  await queue.add('run', {}, { jobId: 'a' });
  await untilActive(queue);
  const hourAgo = Date.now() - 3_600_000;
  const startMs = performance.now();
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => hourAgo + performance.now() - startMs);
  onTestFinished(() => clock.mockRestore());

  await waitUntil(async () => (await queue.remove('a')) === 1);

  expect(await queue.getJob('a')).toBeUndefined();
});

testQueue('a command waits for a Redis that does not answer, so the server measures whether it does', async () => {
  const { queue } = scene();
  await queue.waitUntilReady();
  onTestFinished(redis.thaw);
  redis.freeze();

  const added = queue.add('run', {}, { jobId: 'a' });
  const first = await Promise.race([added.then(() => 'added'), sleep(500).then(() => 'nothing')]);
  redis.thaw();

  expect(first).toBe('nothing');
  expect((await added).id).toBe('a');
});
