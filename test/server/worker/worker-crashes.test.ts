import type { RunRecord } from '@unclip-studio/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../../support/long-suite.js';
import { RUN_PLACES, rigIn } from '../../support/run-places.js';
import {
  devChain,
  devWorkflow,
  isAlive,
  type RigSettings,
  type RunServiceRig,
  runServiceRig,
  waitUntil,
} from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

async function rigFor(settings: RigSettings = {}, folder = tempFolder()): Promise<RunServiceRig> {
  const rig = await runServiceRig(folder, settings);
  onTestFinished(rig.close);
  await untilIdle(rig);
  return rig;
}

function untilIdle({ service }: RunServiceRig): Promise<void> {
  return waitUntil(() => service.status().worker.phase === 'idle', 10_000);
}

async function runCrash(rig: RunServiceRig, params: Readonly<Record<string, unknown>>): Promise<RunRecord> {
  return rig.until(rig.service.enqueue({ workflow: devWorkflow('DevCrash', params) }).id);
}

describe.each(RUN_PLACES)('evaluated by $name', (place) => {
  test.skipIf(place.skip)(
    'a run that crashes its worker is tried once more, then set aside, and the next run continues',
    async () => {
      const rig = await rigIn(place);

      const poison = await runCrash(rig, { kind: 'segfault' });
      const next = await rig.until(rig.service.enqueue({ workflow: devChain(2) }).id);

      expect(poison).toMatchObject({
        state: 'failed',
        attempts: 2,
        error: {
          code: 'quarantined',
          exit: 'crashed',
          node: 'node',
          message: expect.stringContaining('signal SIGSEGV'),
        },
      });
      expect(next.state).toBe('succeeded');
      expect(rig.service.status().worker).toMatchObject({ restarts: 2, lastExit: { reason: 'crashed' } });
    },
  );
});

// What supervises a worker is the same in both places.
describe.each(IS_LONG_SUITE ? RUN_PLACES : RUN_PLACES.slice(0, 1))('evaluated by $name', (place) => {
  longTest.skipIf(place.skip)('a full JavaScript heap is reported as such', async () => {
    const rig = await rigIn(place, { nodeArguments: ['--max-old-space-size=64'] });

    const run = await runCrash(rig, { kind: 'heap' });

    expect(run.error).toMatchObject({ code: 'quarantined', exit: 'out-of-memory' });
  });

  test.skipIf(place.skip)('a worker that hangs is ended after its silence and reported as a timeout', async () => {
    const rig = await rigIn(place, { limits: { silenceMs: 500, killMs: 500 } });

    const startedMs = performance.now();
    const run = await runCrash(rig, { kind: 'busy' });

    expect(run.error).toMatchObject({
      code: 'quarantined',
      exit: 'timeout',
      message: expect.stringContaining('silent for 0.5 s'),
    });
    expect(performance.now() - startedMs).toBeLessThan(8_000);
  });
});

test('a quarantined run stays so when the server restarts', async () => {
  const folder = tempFolder();
  const first = await rigFor({}, folder);
  const poison = await runCrash(first, { kind: 'exit' });
  await first.close();

  const second = await rigFor({}, folder);

  expect(second.service.read(poison.id)).toMatchObject({
    state: 'failed',
    error: { code: 'quarantined', exit: 'exited' },
  });
  expect(second.service.status().worker.restarts).toBe(0);
});

test('a run during which the server was killed twice is set aside at the next start', async () => {
  const folder = tempFolder();
  const first = await rigFor({}, folder);
  first.service.pause();
  const { id } = first.service.enqueue({ workflow: devChain(2) });
  await first.close();
  // As the table stands after the second kill -9.
  const { openStore } = await import('@unclip-studio/server');
  const store = await openStore(folder);
  store.runs.claimNext(0);
  store.runs.requeue(id, { keepsAttempt: true });
  store.runs.claimNext(0);
  store.close();

  const second = await rigFor({}, folder);

  expect(second.service.read(id)).toMatchObject({
    state: 'failed',
    attempts: 2,
    error: { code: 'quarantined', exit: 'server-ended' },
  });
});

test('an idle worker that is killed is back within two seconds', async () => {
  const rig = await rigFor();
  const { pid = 0 } = rig.service.status().worker;

  process.kill(pid, 'SIGKILL');
  const startedMs = performance.now();
  await waitUntil(() => rig.service.status().worker.restarts === 1);
  await untilIdle(rig);

  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(rig.service.status().worker.pid).not.toBe(pid);
});

longTest('native code may be silent for longer, up to its own limit', async () => {
  const rig = await rigFor({ limits: { silenceMs: 300, nativeCallMs: 1_500, killMs: 500 } });

  const within = await runCrash(rig, { kind: 'native-busy', ms: 800 });
  const beyond = await runCrash(rig, { kind: 'native-busy', ms: 60_000 });

  expect(within).toMatchObject({ attempts: 1, error: { code: 'node-failed' } });
  expect(beyond.error).toMatchObject({ code: 'quarantined', message: expect.stringContaining('silent for 1.5 s') });
});

test('a cancelled run that does not stop loses its worker, and stays cancelled', async () => {
  const rig = await rigFor({ limits: { cancelMs: 300, killMs: 300 } });
  const { pid = 0 } = rig.service.status().worker;
  const { id } = rig.service.enqueue({ workflow: devWorkflow('DevCrash', { kind: 'busy' }) });
  await rig.untilEvent((event) => event.type === 'nodes-started');

  rig.service.cancel(id);
  await waitUntil(() => rig.service.status().worker.restarts === 1);

  expect(await isAlive(pid)).toBe(false);
  expect(rig.service.read(id)).toMatchObject({ state: 'cancelled', attempts: 1 });
  expect(rig.service.status().worker.lastExit).toMatchObject({ reason: 'timeout' });
});

test('a server that ends does not wait for a worker that hangs', async () => {
  const rig = await rigFor({ limits: { cancelMs: 300, killMs: 300 } });
  const { pid = 0 } = rig.service.status().worker;
  const { id } = rig.service.enqueue({ workflow: devWorkflow('DevCrash', { kind: 'busy' }) });
  await rig.untilEvent((event) => event.type === 'nodes-started');

  const startedMs = performance.now();
  await rig.service.close();

  expect(performance.now() - startedMs).toBeLessThan(10_000);
  expect(await isAlive(pid)).toBe(false);
  expect(rig.store.runs.read(id)).toMatchObject({ state: 'queued' });
});
