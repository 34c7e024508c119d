import path from 'node:path';
import { QUEUE_TIMES, type QueueTimes, type RunningWorker } from '@unclip-studio/server/queue';
import { expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../../support/long-suite.js';
import { createNetworkNamespace, WHY_NO_NETWORKS } from '../../support/network-namespace.js';
import { expectKeptPromises, sleepThenSave } from '../../support/queue-promises.js';
import { addWorker } from '../../support/queue-scene.js';
import { startTestRedis, type TestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { devWorkflow, type RunServiceRig, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js';

const testQueue = test.skipIf(WHY_NO_REDIS !== undefined);

interface Scene {
  readonly rig: RunServiceRig;
  readonly redis: TestRedis;
  readonly folder: string;
  add(options?: { readonly url?: string; readonly through?: readonly string[] }): Promise<WorkerProcess>;
  /** A worker in this process, for what needs none that is killed or cut off. */
  addHere(): Promise<RunningWorker>;
}

/** A server in this process, to which workers are added. */
async function scene(settings: readonly string[] = [], times?: QueueTimes): Promise<Scene> {
  const folder = tempFolder();
  const redis = await startTestRedis({ folder: tempFolder(), settings });
  onTestFinished(redis.end);
  const rig = await runServiceRig(folder, { redis, remoteWorkers: 0, ...(times && { times }) });
  onTestFinished(rig.close);
  return {
    ...{ rig, redis, folder },
    async add(options = {}) {
      const worker = await startWorkerProcess({ url: redis.url, folder, ...(times && { times }), ...options });
      onTestFinished(worker.end);
      await waitUntil(
        () => rig.service.workers().some(({ id, phase }) => id === worker.id && phase === 'idle'),
        20_000,
      );
      return worker;
    },
    addHere: () => addWorker(rig, { redis, folder, options: {} }),
  };
}

/** Starts a run that takes a second and a half, and waits until its worker is in the middle of it. */
async function startOn<Worker extends { readonly id: string }>({ rig }: Scene, workers: readonly Worker[]) {
  const { id } = rig.service.enqueue({ workflow: sleepThenSave(1, { steps: 60 }) });
  await rig.untilEvent((event) => event.type === 'node-progress' && event.runId === id && event.step >= 3);
  const worker = workers.find((one) => one.id === rig.store.runs.read(id)?.worker);
  if (worker === undefined) throw new Error('none of the workers has the run');
  return { id, worker, other: workers.find((one) => one !== worker) };
}

testQueue('the run of a worker that is killed is begun again by another one', { timeout: 90_000 }, async () => {
  const here = await scene();
  const workers = await Promise.all([here.add(), here.add()]);
  const { id, worker, other } = await startOn(here, workers);

  worker.signal('SIGKILL');

  await expectKeptPromises(here.rig, [id]);
  expect(here.rig.store.runs.read(id)).toMatchObject({ worker: other?.id, attempts: 2, token: 2 });
  expect(here.rig.events.some((event) => event.type === 'worker-left' && event.id === worker.id)).toBe(true);
});

if (IS_LONG_SUITE) {
  test.skipIf(WHY_NO_REDIS !== undefined || WHY_NO_NETWORKS !== undefined)(
    `a worker that is cut off gives its run up, and delivers nothing when it is back${note(WHY_NO_NETWORKS)}`,
    { timeout: 90_000 },
    async () => {
      const network = createNetworkNamespace();
      onTestFinished(network.remove);
      const socketPath = path.join(tempFolder(), 'redis.sock');
      const here = await scene(['--unixsocket', socketPath]);
      const url = `redis://${await network.reach(socketPath)}`;
      const workers = [await here.add({ url, through: network.through }), await here.add()];
      const { id, worker, other } = await startOn(here, workers);
      // The first that signed on has rested longest.
      expect(worker).toBe(workers[0]);

      network.pull();
      await here.rig.until(id);
      const told = here.rig.events.length;
      network.plug();
      await waitUntil(
        () => here.rig.service.workers().some(({ id, phase }) => id === worker.id && phase === 'idle'),
        30_000,
      );

      await expectKeptPromises(here.rig, [id]);
      expect(here.rig.store.runs.read(id)).toMatchObject({ worker: other?.id, attempts: 2 });
      expect(here.rig.events.slice(told).filter((event) => 'runId' in event)).toEqual([]);
    },
  );

  testQueue(
    'a run that takes two workers down is set aside, and the others continue',
    { timeout: 90_000 },
    async () => {
      const here = await scene();
      const workers = await Promise.all([here.add(), here.add(), here.add()]);
      const { id } = here.rig.service.enqueue({ workflow: sleepThenSave(1, { steps: 2_000 }) });
      const other = here.rig.service.enqueue({ workflow: sleepThenSave(2) });

      for (const attempts of [1, 2]) {
        await waitUntil(() => here.rig.store.runs.read(id)?.attempts === attempts, 20_000);
        await waitUntil(() => here.rig.service.read(id).nodes['sleep'] !== undefined, 20_000);
        workers.find((worker) => worker.id === here.rig.store.runs.read(id)?.worker)?.signal('SIGKILL');
      }

      expect(await here.rig.until(id)).toMatchObject({
        state: 'failed',
        attempts: 2,
        error: {
          code: 'quarantined',
          exit: 'lost',
          node: 'sleep',
          message: expect.stringContaining('nothing was heard'),
        },
      });
      await expectKeptPromises(here.rig, [other.id]);
    },
  );
}

testQueue('a worker that has lost its lock stops its run, which starts again and keeps its attempt', async () => {
  const redis = await startTestRedis({ folder: tempFolder() });
  onTestFinished(redis.end);
  const rig = await runServiceRig(tempFolder(), { redis });
  onTestFinished(rig.close);
  await waitUntil(() => rig.service.status().canTakeWork, 20_000);
  // Longer than it takes until the lock is renewed.
  const { id } = rig.service.enqueue({ workflow: sleepThenSave(1, { steps: 80 }) });
  await rig.untilEvent((event) => event.type === 'node-progress' && event.step >= 3);

  const worker = rig.store.runs.read(id)?.worker;
  expect(await redis.command('DEL', `unclip:test:jobs:worker-${worker}:${id}-1:lock`)).toBe(':1\r\n');

  await expectKeptPromises(rig, [id]);
  expect(rig.store.runs.read(id)).toMatchObject({ attempts: 1, token: 2 });
});

testQueue('a worker that is stopped returns its run, and no attempt is counted', { timeout: 60_000 }, async () => {
  const here = await scene();
  const first = await here.add();
  const { id } = await startOn(here, [first]);

  const startMs = performance.now();
  first.signal('SIGTERM');
  expect(await first.gone()).toBe(0);
  expect(performance.now() - startMs).toBeLessThan(10_000);
  await waitUntil(() => here.rig.service.read(id).state === 'queued', 5_000);
  expect(here.rig.service.read(id)).toMatchObject({ attempts: 0, place: 0 });
  await here.add();

  await expectKeptPromises(here.rig, [id]);
  expect(here.rig.service.read(id).attempts).toBe(1);
});

longTest.skipIf(WHY_NO_REDIS !== undefined)(
  'a worker continues while its server is restarted, and all its results arrive',
  { timeout: 60_000 },
  async () => {
    const here = await scene();
    const worker = await here.addHere();
    const { id } = await startOn(here, [worker]);
    await here.rig.close();
    await new Promise((resolve) => setTimeout(resolve, 1_000));

    const second = await runServiceRig(here.folder, { redis: here.redis, remoteWorkers: 0 });
    onTestFinished(second.close);

    await expectKeptPromises(second, [id]);
    expect(second.store.runs.read(id)).toMatchObject({ worker: worker.id, attempts: 1, token: 1 });
    expect(second.service.read(id).nodes).toMatchObject({ sleep: { state: 'finished' }, save: { state: 'finished' } });
  },
);

testQueue('a cancel reaches the worker within its next steps', { timeout: 60_000 }, async () => {
  const here = await scene();
  const worker = await here.addHere();
  const { id } = here.rig.service.enqueue({ workflow: devWorkflow('DevSleep', { steps: 500, stepMs: 100 }) });
  await here.rig.untilEvent((event) => event.type === 'node-progress' && event.runId === id);

  const startMs = performance.now();
  expect(here.rig.service.cancel(id).state).toBe('cancelled');
  await waitUntil(
    () => here.rig.service.workers().every(({ phase, runs }) => phase === 'idle' && runs.length === 0),
    10_000,
  );

  expect(performance.now() - startMs).toBeLessThan(2_000);
  expect(here.rig.service.workers()).toMatchObject([{ id: worker.id, restarts: 0 }]);
});

if (IS_LONG_SUITE) {
  testQueue(
    'with the locks that servers have, the run of a killed worker is begun again within 40 s',
    { timeout: 120_000 },
    async () => {
      const here = await scene([], QUEUE_TIMES);
      const workers = await Promise.all([here.add(), here.add()]);
      const { id, worker, other } = await startOn(here, workers);

      worker.signal('SIGKILL');
      const killedMs = performance.now();
      await waitUntil(() => here.rig.store.runs.read(id)?.worker === other?.id, 60_000);
      const afterMs = performance.now() - killedMs;

      expect(afterMs).toBeLessThan(40_000);
      await expectKeptPromises(here.rig, [id]);
    },
  );

  // One that is cut off is taken its run in the same way, and the kill loops freeze workers as well.
  testQueue('a worker that was frozen has lost its run, and delivers nothing', { timeout: 90_000 }, async () => {
    const here = await scene();
    const workers = await Promise.all([here.add(), here.add()]);
    const { id, worker, other } = await startOn(here, workers);

    worker.signal('SIGSTOP');
    await here.rig.until(id);
    const told = here.rig.events.length;
    worker.signal('SIGCONT');
    await waitUntil(
      () => here.rig.service.workers().some(({ id, phase }) => id === worker.id && phase === 'idle'),
      20_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 1_000));

    await expectKeptPromises(here.rig, [id]);
    expect(here.rig.store.runs.read(id)).toMatchObject({ worker: other?.id, attempts: 2 });
    const after = here.rig.events.slice(told).filter((event) => 'runId' in event);
    expect(after).toEqual([]);
  });
}

function note(why: string | undefined): string {
  return why === undefined ? '' : ` (${why})`;
}
