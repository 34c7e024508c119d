import type { Workflow } from '@unclip-studio/graph-core';
import {
  encodePng,
  eventsSince,
  IdempotencyConflict,
  QueueFull,
  RunNotFound,
  WorkflowProblems,
  WrongRunState,
} from '@unclip-studio/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RUN_PLACES, rigIn, sharedRigIn } from '../../support/run-places.js';
import { devChain, devWorkflow, type RigSettings, runServiceRig } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const slow = (seed = 0) => devWorkflow('DevSleep', { steps: 1000, stepMs: 5, seed });
const save = (name = 'dev') => devWorkflow('DevSave', { name });

const TELL_OF_WORKERS = new Set(['status-changed', 'worker-changed', 'worker-left']);

describe.each(RUN_PLACES)('evaluated by $name', (place) => {
  const { skip } = place;
  const sharedRig = sharedRigIn(place);
  const rigFor = (settings: RigSettings = {}, folder = tempFolder()) => rigIn(place, settings, folder);

  test.skipIf(skip)('a run is queued, started, followed and ended, in this order and with rising numbers', async () => {
    const { service, events, until } = await sharedRig();

    const { id } = service.enqueue({ workflow: save() });
    const run = await until(id);

    expect(run).toMatchObject({ state: 'succeeded', attempts: 1, outputs: [{ id: `${id}.node.0`, name: 'dev' }] });
    const types = events.flatMap((event) => (TELL_OF_WORKERS.has(event.type) ? [] : [event.type]));
    expect(types).toEqual([
      'run-queued',
      'run-changed',
      'run-started',
      ...(types.includes('nodes-started') ? ['nodes-started'] : []),
      'nodes-finished',
      'outputs-made',
      'run-changed',
    ]);
    expect(events.every((event, i) => i === 0 || event.seq === (events[i - 1]?.seq ?? 0) + 1)).toBe(true);
    expect(service.read(id).nodes).toMatchObject({ node: { state: 'finished' } });
  });

  test.skipIf(skip)('the bytes of a listed output are in the store, with the workflow inside', async () => {
    const { service, store, until } = await sharedRig();

    const { outputs } = await until(service.enqueue({ workflow: save() }).id);
    const png = await store.blobs.read(outputs[0]?.sha256 ?? '');

    expect(png?.byteLength).toBe(outputs[0]?.sizeBytes);
    expect(Buffer.from(png ?? []).toString('latin1')).toContain('unclip-workflow');
    expect(store.outputs.readReceipt(outputs[0]?.id ?? '')).toMatchObject({ nodeType: 'DevSave', nodeVersion: 1 });
  });

  test.skipIf(skip)('an unchanged workflow comes from the cache, with few bytes of events', async () => {
    const { service, events, until } = await sharedRig();
    await until(service.enqueue({ workflow: devChain(503) }).id);
    const coldBytes = JSON.stringify(events).length;

    const { id } = service.enqueue({ workflow: devChain(503) });
    await until(id);

    expect(coldBytes).toBeLessThan(150 * 1024);
    expect(JSON.stringify(events).length - coldBytes).toBeLessThan(20 * 1024);
    expect(events.find((event) => event.type === 'nodes-cached' && event.runId === id)).toMatchObject({
      nodes: { length: 503 },
    });
  });

  test.skipIf(skip)(
    'a run has warnings about texts of other programs once it is queued, and those of its nodes',
    async () => {
      const { service, store, events, until } = await sharedRig();
      const lora: Workflow = {
        ...devWorkflow('DevCrash', { kind: 'warning' }),
        subgraphs: {
          styled: {
            nodes: {
              load: { type: 'LoadModel' },
              text: { type: 'TextEncode', inputs: { text: 'load.text' }, params: { prompt: 'a cat <lora:style:1>' } },
            },
          },
        },
      };

      const queued = service.enqueue({ workflow: lora });
      const run = await until(queued.id);

      const found = {
        message: expect.stringMatching(/^Node "text" \(TextEncode\) in subgraph "styled", .*<lora:style:1>/),
        diagnostic: expect.objectContaining({
          code: 'unread-text',
          node: 'text',
          param: 'prompt',
          text: '<lora:style:1>',
        }),
      };
      const because = { code: 'embedding-left-out', name: 'warning' };
      const all = [found, { message: 'This node warns on purpose.', because }];
      expect(queued.warnings).toEqual([found]);
      expect(run).toMatchObject({ state: 'succeeded', warnings: all });
      expect(service.read(queued.id).warnings).toEqual(all);
      expect(events.findLast((event) => event.type === 'run-changed')).toMatchObject({ run: { warnings: all } });
      store.database.run('UPDATE runs SET warnings = NULL WHERE id = ?', [queued.id]);
      expect(service.read(queued.id)).not.toHaveProperty('warnings');
    },
  );

  test.skipIf(skip)('a failing node fails its run, with its name and message, and the next run continues', async () => {
    const { service, until } = await sharedRig();

    const failed = await until(service.enqueue({ workflow: devWorkflow('DevCrash', { kind: 'error' }) }).id);
    const next = await until(service.enqueue({ workflow: devChain(2) }).id);

    expect(failed.error).toEqual({ code: 'node-failed', node: 'node', message: 'This node fails on purpose.' });
    expect(next.state).toBe('succeeded');
  });

  test.skipIf(skip)('a workflow that cannot run is refused with all its problems, and queues nothing', async () => {
    const { service } = await sharedRig();
    const before = service.list();

    const act = () => service.enqueue({ workflow: devWorkflow('DevAdd', { plus: 'much' }) });

    expect(act).toThrow(WorkflowProblems);
    expect(act).toThrow(/param "plus": expected a number.*\n.*input "value": expected number, got nothing/);
    expect(service.list()).toEqual(before);
  });

  test.skipIf(skip)(
    'a cancelled run is cancelled immediately, also twice, and its worker takes the next one',
    async () => {
      const { service, until } = await sharedRig();
      const running = service.enqueue({ workflow: slow() });
      const queued = service.enqueue({ workflow: slow(1) });
      const next = service.enqueue({ workflow: devChain(2) });
      await until(running.id, 'running');

      const states = [service.cancel(running.id), service.cancel(running.id), service.cancel(queued.id)].map(
        (run) => run.state,
      );

      expect(states).toEqual(['cancelled', 'cancelled', 'cancelled']);
      expect(await until(next.id)).toMatchObject({ state: 'succeeded' });
      expect(service.cancel(next.id).state).toBe('succeeded');
      expect(service.status().worker.restarts).toBe(0);
      expect(() => service.cancel('none')).toThrow(RunNotFound);
    },
  );

  test.skipIf(skip)('all runs are cancelled with one call', async () => {
    const { service, until } = await sharedRig();
    const all = [1, 2, 3].map((seed) => service.enqueue({ workflow: slow(seed) }));
    await until(all[0]?.id ?? '', 'running');

    expect(service.cancelAll()).toBe(3);

    expect(all.map(({ id }) => service.read(id).state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(service.cancelAll()).toBe(0);
  });

  test.skipIf(skip)('a run that has ended can be repeated as a new run', async () => {
    const { service, until } = await sharedRig();
    const workflow = { ...devChain(2), title: 'Twice' };
    const first = service.enqueue({ workflow, workflowName: 'twice', priority: 3 });
    expect(() => service.retry(service.enqueue({ workflow: slow() }).id)).toThrow(WrongRunState);
    service.cancelAll();

    const again = service.retry(first.id);

    expect(again).toMatchObject({ retryOf: first.id, workflowName: 'twice', title: 'Twice', priority: 3 });
    expect(service.readWorkflow(again.id)).toEqual(workflow);
    expect(await until(again.id)).toMatchObject({ state: 'succeeded' });
  });

  test.skipIf(skip)(
    'the same key and request give the same run; another request under the key is refused',
    async () => {
      const { service } = await sharedRig();
      const before = service.list();
      const request = { workflow: devChain(3), idempotencyKey: 'k1' };

      const ids = [service.enqueue(request), service.enqueue({ ...request, workflow: devChain(3) })].map(
        ({ id }) => id,
      );

      expect(ids[0]).toBe(ids[1]);
      expect(() => service.enqueue({ ...request, workflow: devChain(4) })).toThrow(IdempotencyConflict);
      expect(() => service.enqueue({ ...request, targets: ['n1'] })).toThrow(IdempotencyConflict);
      expect(service.list()).toHaveLength(before.length + 1);
    },
  );

  test.skipIf(skip)('a full queue refuses further runs and says when to come again', async () => {
    const { service } = await rigFor({ maxQueued: 2 });
    service.pause();
    for (const seed of [1, 2]) service.enqueue({ workflow: slow(seed) });

    const act = () => service.enqueue({ workflow: slow(3) });

    expect(act).toThrow(QueueFull);
    expect(act).toThrow(expect.objectContaining({ retryAfterSeconds: 10 }));
    expect(service.status()).toMatchObject({ queued: 2, paused: true });
  });

  test.skipIf(skip)('a pause outlives the server, and so do order, front and priority', async () => {
    const folder = tempFolder();
    const first = await rigFor({}, folder);
    first.service.pause();
    const ids = [1, 2, 3, 4].map((seed) => first.service.enqueue({ workflow: slow(seed) }).id);
    first.service.setPriority(ids[2] ?? '', 1);
    first.service.moveToFront(ids[3] ?? '');
    const lastSeq = first.bus.lastSeq();
    await first.close();

    const second = await rigFor({}, folder);
    await second.untilEvent((event) => event.type === 'status-changed' && event.status.worker.phase === 'idle');

    expect(second.service.status()).toMatchObject({ paused: true, queued: 4 });
    const places = second.service.list().map(({ id, place }) => [id, place]);
    expect(places).toEqual([
      [ids[3], 0],
      [ids[2], 1],
      [ids[1], 3],
      [ids[0], 2],
    ]);
    // What a client saw of the first server tells it nothing about the second one's events.
    expect(second.bus.since(lastSeq)).toBeUndefined();
    expect(second.service.snapshot()).toMatchObject({ active: { length: 4 } });
    expect(second.bus.lastSeq()).toBeGreaterThan(lastSeq);
    second.service.resume();
    await second.until(ids[3] ?? '', 'running');
  });

  test.skipIf(skip)('events are replayed after a number, and a snapshot replaces what is no longer kept', async () => {
    const { service, bus, events, until } = await rigFor();
    const since = (seq: number | undefined) => eventsSince(bus, seq, () => service.snapshot());
    await until(service.enqueue({ workflow: devChain(2) }).id);
    const middle = events[3]?.seq ?? 0;

    expect(since(middle)).toEqual({ kind: 'events', events: events.slice(4) });
    expect(since(bus.lastSeq())).toEqual({ kind: 'events', events: [] });
    expect(since(0)).toMatchObject({ kind: 'snapshot', snapshot: { seq: bus.lastSeq() } });
    expect(since(bus.lastSeq() + 1)).toMatchObject({ kind: 'snapshot' });
    expect(since(undefined)).toMatchObject({
      snapshot: { active: [], recent: [{ state: 'succeeded' }] },
    });
  });

  test.skipIf(skip)(
    'an event of a run of many images names the first of them, and how many more there are',
    async () => {
      const { service, store, untilEvent, until } = await sharedRig();
      const { id } = service.enqueue({ workflow: slow() });
      await until(id, 'running');
      const receipt = { nodeType: 'DevSave', nodeVersion: 1, fingerprint: 'f' };
      const image = { sha256: 'a'.repeat(64), name: 'dev', temporary: false, mediaType: 'image/png' };
      const outputs = Array.from({ length: 150 }, (_, index) => ({
        ...{ ...image, node: 'node', index, receipt },
        ...{ sizeBytes: 1, widthPx: 1, heightPx: 1 },
      }));
      store.outputs.record(id, outputs, 0);

      service.cancel(id);

      const event = await untilEvent((one) => one.type === 'run-changed' && one.run.state === 'cancelled');
      if (event.type !== 'run-changed') throw new Error('the event is of another type');
      expect([event.run.outputs.length, event.run.moreOutputs]).toEqual([100, 50]);
      expect(service.read(id).outputs).toHaveLength(150);
    },
  );

  test.skipIf(skip)('previews are made only while somebody watches', async () => {
    const { service, bus, until } = await sharedRig();
    const seen: string[] = [];
    bus.onPreview(({ runId, node, widthPx, bytes }) => {
      seen.push(`${runId} ${node} ${widthPx} px, JPEG ${bytes[0] === 0xff && bytes[1] === 0xd8}`);
    });
    const short = (seed: number) => devWorkflow('DevSleep', { steps: 5, stepMs: 100, seed });
    await until(service.enqueue({ workflow: short(1) }).id);
    const unwatched = seen.length;

    service.watchPreviews(true);
    const { id } = service.enqueue({ workflow: short(2) });
    await until(id);

    expect(unwatched).toBe(0);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([`${id} node 16 px, JPEG true`]));
  });

  test.skipIf(skip)('a forecast knows what is cached and how long the rest took', async () => {
    const { service, until } = await sharedRig();
    const sleepy = (seed: number) => devWorkflow('DevSleep', { steps: 3, stepMs: 20, seed });
    await until(service.enqueue({ workflow: sleepy(1) }).id);

    const known = await service.forecast(sleepy(1));
    const other = await service.forecast(sleepy(2));

    expect(known).toEqual({ nodes: [{ node: 'node', willRun: false }], expectedMs: 0, cacheKnown: true });
    expect(other.nodes).toMatchObject([{ node: 'node', willRun: true }]);
    expect(other.expectedMs).toBeGreaterThanOrEqual(55);
    await expect(service.forecast(devWorkflow('DevAdd'))).rejects.toThrow(WorkflowProblems);
  });

  test.skipIf(skip)('an idempotency key outlives the server', async () => {
    const folder = tempFolder();
    const first = await rigFor({}, folder);
    const request = { workflow: devChain(2), idempotencyKey: 'k1' };
    const { id } = first.service.enqueue(request);
    await first.until(id);
    await first.close();

    const second = await rigFor({}, folder);

    expect(second.service.enqueue(request)).toMatchObject({ id, state: 'succeeded' });
  });

  test.skipIf(skip)('a clock that is set back affects neither the order of runs nor that of events', async () => {
    const times = [5e9, 1e9, 4e9, 2e9];
    const { service, events, until } = await rigFor({ clock: { wallMs: () => times.shift() ?? 3e9 } });
    service.pause();
    const ids = [1, 2, 3].map((seed) => {
      const workflow = devWorkflow('DevSleep', { steps: 1, stepMs: 1, seed });
      return service.enqueue({ workflow }).id;
    });

    service.resume();
    for (const id of ids) await until(id);

    const startedOrder = events.flatMap((event) => (event.type === 'run-started' ? [event.runId] : []));
    expect(startedOrder).toEqual(ids);
    expect(service.list().map(({ id }) => id)).toEqual([...ids].reverse());
  });

  test.skipIf(skip)('an uploaded image is found by its content and by its name, a missing one is told of', async () => {
    const { service, store, until } = await sharedRig();
    const png = await store.blobs.put(await makePng());
    const facts = { name: 'cat.png', mediaType: 'image/png', sizeBytes: 1, widthPx: 2, heightPx: 2 };
    store.images.add({ ...facts, sha256: png }, 0);
    const show = (image: string): Workflow => ({
      format: 'unclip-workflow',
      version: 1,
      nodes: {
        photo: { type: 'LoadImage', params: { image } },
        show: { type: 'PreviewImage', inputs: { image: 'photo.image' } },
      },
    });

    const byContent = await until(service.enqueue({ workflow: show(png) }).id);
    const byName = await until(service.enqueue({ workflow: show('cat.png') }).id);
    const missing = await until(service.enqueue({ workflow: show('f'.repeat(64)) }).id);

    expect(byContent).toMatchObject({ state: 'succeeded', outputs: [{ temporary: true }] });
    expect(byName).toMatchObject({ state: 'succeeded', outputs: [{ temporary: true }] });
    expect(missing.error).toMatchObject({
      code: 'invalid-workflow',
      diagnostics: [{ code: 'file-problem', node: 'photo' }],
    });
  });
});

test('a server that ends stops at the next step and puts the run back without counting the attempt', async () => {
  const folder = tempFolder();
  const first = await runServiceRig(folder);
  const run = first.service.enqueue({ workflow: slow() });
  const later = first.service.enqueue({ workflow: slow(2) });
  await first.untilEvent((event) => event.type === 'node-progress');

  const startedMs = performance.now();
  await first.close();

  expect(performance.now() - startedMs).toBeLessThan(2_000);
  const second = await runServiceRig(folder);
  onTestFinished(second.close);
  expect(second.service.read(run.id)).toMatchObject({ state: 'queued', attempts: 0, place: 0 });
  expect(second.service.read(later.id)).toMatchObject({ state: 'queued', place: 1 });
});

async function makePng(): Promise<Uint8Array> {
  return encodePng({ width: 2, height: 2, data: new Uint8Array(12).fill(99) }, {});
}
