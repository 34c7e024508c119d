import { WorkersOutOfReach } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE, inLongSuite } from '../../support/long-suite.js';
import { expectKeptPromises, sleepThenSave } from '../../support/queue-promises.js';
import { freePort, startTestRedis, type TestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { type RigSettings, type RunServiceRig, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

// Locks last 3 s here instead of 30 s, and everything else is scaled accordingly; so 1 s corresponds to 3 s and 4 s to
// 60 s.
const SHORT_MS = 1_200;
const LONG_MS = 4_000;

const testQueue = test.skipIf(WHY_NO_REDIS !== undefined);

async function redisWith(...settings: readonly string[]): Promise<TestRedis> {
  const redis = await startTestRedis({ folder: tempFolder(), settings });
  onTestFinished(redis.end);
  return redis;
}

async function rigOn(redis: Pick<TestRedis, 'url'>, settings: RigSettings = {}): Promise<RunServiceRig> {
  const rig = await runServiceRig(tempFolder(), { redis, ...settings });
  onTestFinished(rig.close);
  return rig;
}

const untilReady = ({ service }: RunServiceRig) => waitUntil(() => service.status().canTakeWork, 20_000);
const untilRed = ({ service }: RunServiceRig) => waitUntil(() => !service.status().canTakeWork, 20_000);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One run under way and two that wait. */
async function startThree(rig: RunServiceRig): Promise<readonly string[]> {
  await untilReady(rig);
  const ids = [1, 2, 3].map((seed) => rig.service.enqueue({ workflow: sleepThenSave(seed, { steps: 60 }) }).id);
  await rig.untilEvent((event) => event.type === 'node-progress' && event.step >= 3);
  return ids;
}

testQueue(
  'a server without its Redis starts, refuses work at once and says why, and begins when Redis comes',
  async () => {
    const port = await freePort();
    const rig = await rigOn({ url: `redis://default:secret-canary@127.0.0.1:${port}` });
    await sleep(SHORT_MS);

    const startMs = performance.now();
    const act = () => rig.service.enqueue({ workflow: sleepThenSave(1) });

    expect(act).toThrow(WorkersOutOfReach);
    expect(act).toThrow(
      /^Redis at redis:\/\/127\.0\.0\.1:\d+ has taken nothing for \d+ s \(.*ECONNREFUSED.*\), so no run/,
    );
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(JSON.stringify(rig.service.status())).not.toContain('secret-canary');
    expect(rig.service.status().canTakeWork).toBe(false);
    const redis = await startTestRedis({ folder: tempFolder(), port });
    onTestFinished(redis.end);
    await untilReady(rig);
    await expectKeptPromises(rig, [rig.service.enqueue({ workflow: sleepThenSave(1) }).id]);
  },
);

if (IS_LONG_SUITE) {
  testQueue('a Redis that is killed briefly and keeps its data disturbs no run', async () => {
    const redis = await redisWith('--appendonly', 'yes', '--appendfsync', 'always');
    const rig = await rigOn(redis);
    const ids = await startThree(rig);

    await redis.kill();
    await sleep(SHORT_MS);
    await redis.start();

    await expectKeptPromises(rig, ids);
    expect(ids.map((id) => rig.service.read(id).attempts)).toEqual([1, 1, 1]);
    // The first claim is still the one that counts.
    expect(rig.store.runs.read(ids[0] ?? '')?.token).toBe(1);
  });

  testQueue(
    'a Redis that is killed and forgets everything costs the run under way a new beginning, and no attempt',
    async () => {
      const redis = await redisWith();
      const rig = await rigOn(redis);
      const ids = await startThree(rig);

      await redis.kill();
      await sleep(SHORT_MS);
      await redis.start();

      await expectKeptPromises(rig, ids);
      expect(ids.map((id) => rig.service.read(id).attempts)).toEqual([1, 1, 1]);
    },
  );

  testQueue('while Redis is down for long no run is accepted, and afterwards all runs continue', async () => {
    const redis = await redisWith('--appendonly', 'yes');
    const rig = await rigOn(redis);
    const ids = await startThree(rig);

    await redis.kill();
    await untilRed(rig);
    const act = () => rig.service.enqueue({ workflow: sleepThenSave(9) });
    expect(act).toThrow(WorkersOutOfReach);
    await sleep(LONG_MS);
    expect(rig.service.status()).toMatchObject({
      canTakeWork: false,
      reason: expect.stringContaining('has taken nothing'),
    });
    await redis.start();

    await expectKeptPromises(rig, ids);
    expect(ids.map((id) => rig.service.read(id).attempts)).toEqual([1, 1, 1]);
    expect(rig.service.status().canTakeWork).toBe(true);
  });
}

test
  .skipIf(WHY_NO_REDIS !== undefined)
  .for([['shorter', SHORT_MS] as const, ...inLongSuite([['longer', LONG_MS] as const])])(
  'a Redis that is frozen for %s than a lock lasts makes no run happen twice',
  async ([, frozenMs]) => {
    const redis = await redisWith();
    onTestFinished(redis.thaw);
    const rig = await rigOn(redis, { remoteWorkers: 2 });
    const ids = await startThree(rig);

    redis.freeze();
    await untilRed(rig);
    expect(() => rig.service.enqueue({ workflow: sleepThenSave(9) })).toThrow(WorkersOutOfReach);
    await sleep(frozenMs);
    redis.thaw();

    await expectKeptPromises(rig, ids);
    expect(ids.map((id) => rig.service.read(id).attempts)).toEqual([1, 1, 1]);
  },
);

testQueue('a full Redis rejects runs with its own error message, and continues when there is room', async () => {
  const redis = await redisWith('--maxmemory', '1mb', '--maxmemory-policy', 'noeviction');
  const rig = await rigOn(redis);
  await sleep(1_500);

  const act = () => rig.service.enqueue({ workflow: sleepThenSave(1) });

  expect(act).toThrow(/OOM command not allowed/);
  expect(rig.service.status().canTakeWork).toBe(false);
  await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  await untilReady(rig);
  await expectKeptPromises(rig, [rig.service.enqueue({ workflow: sleepThenSave(1) }).id]);
});

if (IS_LONG_SUITE) {
  testQueue('connections that are cut off are reopened, and no run is affected', async () => {
    const redis = await redisWith();
    const rig = await rigOn(redis);
    const ids = await startThree(rig);

    for (let i = 0; i < 3; i++) {
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal');
      await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await sleep(300);
    }

    await expectKeptPromises(rig, ids);
    expect(rig.store.runs.read(ids[0] ?? '')?.token).toBe(1);
  });

  testQueue('a Redis that fills up while a run is under way loses nothing', async () => {
    const redis = await redisWith();
    const rig = await rigOn(redis);
    const ids = await startThree(rig);

    await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    await untilRed(rig);
    await sleep(LONG_MS);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');

    await expectKeptPromises(rig, ids);
  });
}
