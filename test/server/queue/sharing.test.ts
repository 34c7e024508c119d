import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Workflow } from '@unclip-studio/graph-core';
import type { RunRecord, ServerEvent } from '@unclip-studio/protocol';
import { expect, onTestFinished, test, vi } from 'vitest';
import { IS_LONG_SUITE } from '../../support/long-suite.js';
import { sleepThenSave } from '../../support/queue-promises.js';
import { TEST_TIMES } from '../../support/queue-rig.js';
import { type QueueScene, scene, sharedScene, sharingIn } from '../../support/queue-scene.js';
import { WHY_NO_REDIS } from '../../support/redis-server.js';
import { type RunServiceRig, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { startTestS3 } from '../../support/s3-server.js';
import { startSlowProxy } from '../../support/slow-proxy.js';
import { smallModels } from '../../support/small-models.js';
import { fileFolder, tempFolder } from '../../support/temp-folder.js';

const WORKFLOWS = new URL('../../../workflows/', import.meta.url);
const IMAGES = fileURLToPath(new URL('../../../workflows/images', import.meta.url));
const CELLS = 6;

const testQueue = test.skipIf(WHY_NO_REDIS !== undefined);

/** The example with six cells, each of which takes some hundred milliseconds. */
function sweep({ values = '0\n200\n400\n600\n800\n1000', place = 'noise.noiseLevel', seed = 42 } = {}): Workflow {
  const workflow = JSON.parse(readFileSync(new URL('sweep.json', WORKFLOWS), 'utf8')) as Workflow;
  const { sweep: node, sample, noise, ...others } = workflow.nodes;
  const params = { ...node?.params, x: place, xValues: values, y: '', yValues: '' };
  const nodes = {
    ...others,
    noise: { ...noise, type: 'NoiseAugment', params: { ...noise?.params, seed } },
    sample: { ...sample, type: 'UNetSample', params: { ...sample?.params, steps: 14 } },
    sweep: { ...node, type: 'Sweep', params },
  };
  return { ...workflow, nodes };
}

const sharing = sharingIn(fileFolder());
const sharedWorkers = sharedScene([sharing, sharing]);

/** For tests that end one of them, or the server. */
function twoWorkers(): Promise<QueueScene> {
  const options = sharingIn(tempFolder());
  return scene([options, options]);
}

/** The workers that were seen with the run. */
function workersOf(events: readonly ServerEvent[], runId: string): ReadonlySet<string> {
  const ids = events.flatMap((event) =>
    event.type === 'worker-changed' && event.worker.runs.includes(runId) ? [event.worker.id] : [],
  );
  return new Set(ids);
}

const partsIn = ({ store }: RunServiceRig) =>
  store.database.get<{ count: number }>('SELECT COUNT(*) AS count FROM runs WHERE part_of IS NOT NULL')?.count;

async function runAlone(workflow: Workflow): Promise<{ readonly run: RunRecord; readonly modelRuns: number }> {
  const results = { folder: tempFolder(), maxBytes: 1e9, minFreeBytes: 0 };
  const rig = await runServiceRig(tempFolder(), { modelFolders: [smallModels()], imageFolders: [IMAGES], results });
  onTestFinished(rig.close);
  const run = await rig.until(rig.service.enqueue({ workflow }).id);
  return { run, modelRuns: rig.service.figures().modelRuns };
}

/** Of all workers, once they have told the last of them. */
async function allModelRuns({ service }: RunServiceRig): Promise<number> {
  await wait(3 * TEST_TIMES.helloMs);
  return service.figures().modelRuns;
}

/** Resolves once some cells are done and others are not. */
async function untilHalfWay(rig: RunServiceRig, id: string): Promise<void> {
  await waitUntil(() => finishedCells(rig, id) > 0, 30_000);
  expect(finishedCells(rig, id)).toBeLessThan(CELLS);
}

function finishedCells({ service }: RunServiceRig, id: string): number {
  const nodes = Object.entries(service.read(id).nodes);
  return nodes.filter(([node, { state }]) => node.startsWith('decode@') && state === 'finished').length;
}

testQueue('the cells of a sweep are made by all workers, what they share once, and the image is the same', async () => {
  const { rig, ids } = await sharedWorkers();
  const before = rig.service.figures().modelRuns;

  const { id } = rig.service.enqueue({ workflow: sweep() });
  const run = await rig.until(id);

  expect(run).toMatchObject({ state: 'succeeded', attempts: 1 });
  expect([...workersOf(rig.events, id)].sort()).toEqual([...ids].sort());
  const alone = await runAlone(sweep());
  expect(run.outputs.map(({ sha256 }) => sha256)).toEqual(alone.run.outputs.map(({ sha256 }) => sha256));
  expect((await allModelRuns(rig)) - before).toBe(alone.modelRuns);
});

testQueue('users see one run, from its first cell on, with the nodes of all of them', async () => {
  const { rig } = await sharedWorkers();
  const before = rig.service.list();

  const { id } = rig.service.enqueue({ workflow: sweep({ seed: 1 }) });
  await untilHalfWay(rig, id);

  expect(rig.service.list().slice(0, -before.length || undefined)).toMatchObject([{ id, state: 'running' }]);
  expect(rig.service.status()).toMatchObject({ running: id, queued: 0 });
  await rig.until(id);
  const { nodes } = rig.service.read(id);
  for (let cell = 1; cell <= CELLS; cell++) expect(nodes[`decode@${cell}`]).toMatchObject({ state: 'finished' });
  expect(nodes['sweep']).toMatchObject({ state: 'finished' });
  const of = (type: ServerEvent['type']) => rig.events.filter((event) => event.type === type);
  expect(of('run-started')).toHaveLength(1);
  expect(of('run-queued')).toHaveLength(1);
  expect(new Set(rig.events.flatMap((event) => ('runId' in event ? [event.runId] : [])))).toEqual(new Set([id]));
  expect(partsIn(rig)).toBe(0);
});

testQueue('a cancelled run stops all its cells, and the workers are free for others', async () => {
  const { rig } = await sharedWorkers();
  const { id } = rig.service.enqueue({ workflow: sweep({ seed: 2 }) });
  await untilHalfWay(rig, id);

  rig.service.cancel(id);

  expect(rig.service.read(id).state).toBe('cancelled');
  await waitUntil(() => rig.service.workers().every(({ runs }) => runs.length === 0));
  expect(partsIn(rig)).toBe(0);
  const other = rig.service.enqueue({ workflow: sweep({ values: '100\n300', seed: 2 }) });
  expect(await rig.until(other.id)).toMatchObject({ state: 'succeeded' });
});

testQueue('a cell that fails fails the run, with its own words', async () => {
  const { rig } = await sharedWorkers();

  const { id } = rig.service.enqueue({
    workflow: sweep({ place: 'photo.image', values: 'red-heart.png\nnowhere.png', seed: 3 }),
  });

  expect(await rig.until(id)).toMatchObject({
    state: 'failed',
    error: { message: expect.stringContaining('nowhere.png') },
  });
  expect(partsIn(rig)).toBe(0);
});

if (IS_LONG_SUITE) {
  testQueue('a run continues when one of its workers leaves', async () => {
    const { rig, workers } = await twoWorkers();
    const { id } = rig.service.enqueue({ workflow: sweep() });
    await untilHalfWay(rig, id);

    await workers[0]?.close();

    expect(await rig.until(id)).toMatchObject({ state: 'succeeded', attempts: 1, outputs: { length: 1 } });
  });

  testQueue('an active run in shards continues after a restart of the server', async () => {
    const { rig, restart } = await twoWorkers();
    const { id } = rig.service.enqueue({ workflow: sweep() });
    await untilHalfWay(rig, id);

    const second = await restart();

    expect(await second.until(id)).toMatchObject({ state: 'succeeded', attempts: 1, outputs: { length: 1 } });
    expect(partsIn(second)).toBe(0);
  });

  testQueue('what cells share is computed once, also if storage is slow', { timeout: 120_000 }, async () => {
    const s3 = await startTestS3(tempFolder());
    onTestFinished(() => s3.kill());
    const address = await startSlowProxy(s3.env['AWS_ENDPOINT_URL'] ?? '', 700);
    for (const [name, value] of Object.entries({ ...s3.env, AWS_ENDPOINT_URL: address })) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const store = { kind: 's3', bucket: s3.bucket, prefix: '', pathStyle: true } as const;
    const workflow = sweep({ values: '0\n500' });
    const { rig } = await scene([0, 1].map(() => ({ ...sharingIn(tempFolder()), store })));

    const { id } = rig.service.enqueue({ workflow });

    expect(await rig.until(id)).toMatchObject({ state: 'succeeded' });
    const alone = await runAlone(workflow);
    expect(await allModelRuns(rig)).toBe(alone.modelRuns);
  });

  testQueue('another client comes between the cells', async () => {
    const { rig } = await twoWorkers();
    const { id } = rig.service.enqueue({ workflow: sweep(), clientId: 'first' });
    await untilHalfWay(rig, id);

    const other = rig.service.enqueue({ workflow: sleepThenSave(1, { steps: 1 }), clientId: 'second' });
    await rig.until(other.id);

    expect(finishedCells(rig, id)).toBeLessThanOrEqual(CELLS - 2);
    expect(await rig.until(id)).toMatchObject({ state: 'succeeded' });
  });

  testQueue('a run whose shards no worker can execute any more says what it waits for', async () => {
    const options = sharingIn(tempFolder());
    const { rig, workers } = await scene([options, options, { checkpoints: ['cow'] }]);
    const { id } = rig.service.enqueue({ workflow: sweep() });
    await untilHalfWay(rig, id);

    await Promise.all(workers.slice(0, 2).map((worker) => worker.close()));

    await rig.untilEvent(
      (event) => event.type === 'run-changed' && event.run.waitsBecause?.includes('emoji-unclip') === true,
    );
    expect(rig.service.read(id).state).toBe('running');
  });

  testQueue('a worker alone, and workers that do not share their results, get a run whole', async () => {
    const unshared = () => {
      const { resultsId: _, ...options } = sharingIn(tempFolder());
      return options;
    };
    for (const workers of [[sharingIn(tempFolder())], [unshared(), unshared()]]) {
      const { rig } = await scene(workers);
      const { id } = rig.service.enqueue({ workflow: sweep({ values: '100\n300' }) });
      await rig.until(id, 'running');
      expect(partsIn(rig)).toBe(0);
      expect(await rig.until(id)).toMatchObject({ state: 'succeeded' });
      expect(workersOf(rig.events, id).size).toBeLessThanOrEqual(1);
    }
  });
}
