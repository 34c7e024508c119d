import { readFileSync } from 'node:fs';
import type { Workflow } from '@unclip-studio/graph-core';
import { openStore } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { IS_LONG_SUITE, longTest } from '../../support/long-suite.js';
import { sleepThenSave } from '../../support/queue-promises.js';
import { addWorker, scene, sharingIn } from '../../support/queue-scene.js';
import { startTestRedis, WHY_NO_REDIS } from '../../support/redis-server.js';
import { type RunServiceRig, runServiceRig, waitUntil } from '../../support/run-service-rig.js';
import { tempFolder } from '../../support/temp-folder.js';

const WORKFLOWS = new URL('../../../workflows/', import.meta.url);

const testQueue = test.skipIf(WHY_NO_REDIS !== undefined);

/** Evaluates nothing of its checkpoint, so it need not exist; only its name counts for placing. */
function withCheckpoint(name: string): Workflow {
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: { model: { type: 'LoadModel', params: { checkpoint: name } } },
  };
}

const enqueue = ({ service }: RunServiceRig, workflow: Workflow, clientId = '') =>
  service.enqueue({ workflow, clientId, targets: workflow.nodes['save'] === undefined ? ['model'] : [] }).id;
const workerOf = ({ store }: RunServiceRig, id: string) => store.runs.read(id)?.worker;

longTest.skipIf(WHY_NO_REDIS !== undefined)('a run goes to a worker that holds its checkpoint', async () => {
  const { rig, ids } = await scene([{ checkpoints: ['horse'] }, { checkpoints: ['cow'] }]);

  const runs = ['cow', 'horse', 'cow', 'cow'].map((name) => enqueue(rig, withCheckpoint(name)));
  for (const id of runs) await rig.until(id);

  expect(runs.map((id) => workerOf(rig, id))).toEqual([ids[1], ids[0], ids[1], ids[1]]);
});

testQueue(
  'a run whose checkpoint no worker has waits, says why, blocks no other, and starts when one arrives',
  async () => {
    const folder = tempFolder();
    const redis = await startTestRedis({ folder });
    onTestFinished(redis.end);
    const rig = await runServiceRig(folder, { redis, remoteWorkers: 0 });
    onTestFinished(rig.close);
    await addWorker(rig, { redis, folder, options: { checkpoints: ['cow'] } });

    const waiting = enqueue(rig, withCheckpoint('horse'));
    const other = enqueue(rig, withCheckpoint('cow'));
    await rig.until(other);

    expect(rig.service.read(waiting)).toMatchObject({
      state: 'queued',
      waitsBecause:
        'The worker that has signed on does not hold the checkpoint "horse"; there are "cow". Put it into a folder of a ' +
        'worker, or start another one: unclip worker --models DIR',
    });
    const second = await addWorker(rig, { redis, folder, options: { checkpoints: ['horse'] } });
    await rig.until(waiting);
    expect(workerOf(rig, waiting)).toBe(second.id);
    expect(rig.service.read(waiting).waitsBecause).toBeUndefined();
  },
);

longTest.skipIf(WHY_NO_REDIS !== undefined)(
  'workers with different files under one name are reported to the operator, once',
  async () => {
    const cow = (identity: string) => ({
      checkpoints: [
        { name: 'cow', identity },
        { name: 'horse', identity: 'same' },
      ],
    });

    const { rig, ids } = await scene([cow('aaaa'), cow('bbbb'), cow('bbbb')]);

    await waitUntil(() => rig.notices.length > 0);
    expect(rig.notices).toEqual([
      expect.stringMatching(/^Workers hold different files under the name "cow", .*Put the same/),
    ]);
    expect(rig.notices[0]).toContain(`${ids[0]}: aaaa, ${ids[1]}: bbbb`);
  },
);

testQueue('a queued run that a newer program cannot plan fails with the reason, and blocks no other', async () => {
  const folder = tempFolder();
  const first = await runServiceRig(folder);
  first.service.pause();
  const { id } = first.service.enqueue({ workflow: chain(1) });
  const other = first.service.enqueue({ workflow: chain(2) });
  await first.close();
  const text = JSON.stringify({ ...chain(1), nodes: { gone: { type: 'DevGone' } } });
  const store = await openStore(folder);
  store.database.run('UPDATE run_workflows SET json = ? WHERE sha256 = (SELECT workflow FROM runs WHERE id = ?)', [
    text,
    id,
  ]);
  store.close();
  const redis = await startTestRedis({ folder: tempFolder() });
  onTestFinished(redis.end);

  const second = await runServiceRig(folder, { redis });
  onTestFinished(second.close);
  second.service.resume();

  expect(await second.until(other.id)).toMatchObject({ state: 'succeeded' });
  expect(await second.until(id)).toMatchObject({
    state: 'failed',
    error: { code: 'invalid-workflow', message: expect.stringContaining('DevGone') },
  });
});

testQueue('a run goes to the worker that has its results', async () => {
  const { rig } = await scene([{}, {}, {}]);
  const workflow = chain(1);
  const first = enqueue(rig, workflow);
  await rig.until(first);

  const others = [2, 3].map((seed) => enqueue(rig, sleepThenSave(seed, { steps: 2 })));
  for (const id of others) await rig.until(id);
  const again = enqueue(rig, workflow);
  await rig.until(again);

  expect(workerOf(rig, again)).toBe(workerOf(rig, first));
  expect(rig.service.read(again).nodes).toMatchObject({ slow: { state: 'cached' } });
});

testQueue('runs that are queued together spread over the workers', async () => {
  const { rig, ids } = await scene([{}, {}]);

  const runs = [1, 2, 3, 4, 5, 6].map((seed) => enqueue(rig, sleepThenSave(seed, { steps: 10 })));
  for (const id of runs) await rig.until(id);

  const counts = ids.map((worker) => runs.filter((id) => workerOf(rig, id) === worker).length);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
});

if (IS_LONG_SUITE) {
  testQueue('what runs have in common is computed once, whichever workers they go to', async () => {
    const folder = tempFolder();
    const options = sharingIn(folder);
    const { rig } = await scene([options, options]);

    const runs = ['a', 'b', 'c', 'd'].map((name) => enqueue(rig, variations(name)));
    for (const id of runs) expect(await rig.until(id)).toMatchObject({ state: 'succeeded', outputs: { length: 4 } });

    const nodes = runs.map((id) => rig.service.read(id).nodes);
    for (const node of ['embed', 'prompt', 'sample', 'decode']) {
      expect(nodes.filter((states) => states[node]?.state === 'finished')).toHaveLength(1);
    }
    expect(new Set(runs.map((id) => workerOf(rig, id))).size).toBe(2);
  });
}

testQueue('clients take turns over all workers', async () => {
  const { rig } = await scene([{}, {}]);
  rig.service.pause();
  const slow = (seed: number) => sleepThenSave(seed, { steps: 4 });
  const first = [1, 2, 3, 4].map((seed) => enqueue(rig, slow(seed), 'first'));
  const second = [5, 6].map((seed) => enqueue(rig, slow(seed), 'second'));

  rig.service.resume();
  for (const id of [...first, ...second]) await rig.until(id);

  const tokens = (ids: readonly string[]) => ids.map((id) => rig.store.runs.read(id)?.token ?? 0);
  expect(Math.max(...tokens(second))).toBeLessThan(Math.max(...tokens(first)));
  expect(tokens(second)[0]).toBeLessThanOrEqual(2);
});

function chain(seed: number): Workflow {
  return {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      start: { type: 'DevConstant', params: { value: 7 } },
      slow: { type: 'DevSleep', inputs: { value: 'start.value' }, params: { steps: 2, seed } },
      save: { type: 'DevSave', inputs: { value: 'slow.value' } },
    },
  };
}

/** The example, with images that are called otherwise: only that node is each run's own. */
function variations(name: string): Workflow {
  const workflow = JSON.parse(readFileSync(new URL('image-variations.json', WORKFLOWS), 'utf8')) as Workflow;
  const save = { ...workflow.nodes['save'], type: 'SaveImage', params: { name } };
  return { ...workflow, nodes: { ...workflow.nodes, save } };
}
