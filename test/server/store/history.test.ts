import { createHash } from 'node:crypto';
import type { NewOutput } from '@unclip-studio/protocol';
import type { Store } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { storeRig } from '../../support/store-rig.js';

const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

/** A run that has ended, with a file for each of the given nodes; those of `look` are previews. */
function endRun(store: Store, id: string, { nodes = [], key }: { nodes?: readonly string[]; key?: string } = {}): void {
  const workflowJson = JSON.stringify({ of: id.replace(/\d+$/, '') });
  const workflowSha256 = createHash('sha256').update(workflowJson).digest('hex');
  const run = { id, workflowJson, workflowSha256, workflowName: null, title: id, targets: [], retryOf: null };
  store.runs.insert({ ...run, clientId: '', priority: 0 }, 0);
  if (key !== undefined) store.runs.addKey(key, 'request', id, 0);
  store.runs.claimNext(0);
  store.outputs.record(
    id,
    nodes.map((node) => outputOf(id, node)),
    0,
  );
  store.runs.finish(id, { state: 'succeeded' }, 0);
}

function outputOf(id: string, node: string): NewOutput {
  const size = { sizeBytes: 9, widthPx: 2, heightPx: 3, mediaType: 'image/png' };
  const receipt = { nodeType: 'SaveImage', nodeVersion: 1, fingerprint: 'f' };
  return { node, index: 0, sha256: `${id} ${node}`, name: 'x', temporary: node === 'look', ...size, receipt };
}

const idsOf = ({ runs }: Store) =>
  runs
    .list({ states: [], limit: 1000 })
    .map(({ id }) => id)
    .reverse();
const sweep = (store: Store, keepRuns: number, nowMs = HOUR_MS) => store.sweep({ nowMs, keepRuns, signal: never });

test('of the runs that left no image only the newest are remembered', async () => {
  const store = await storeRig();
  for (const id of ['a1', 'a2', 'b1', 'c1', 'c2']) endRun(store, id, { key: `key of ${id}` });

  expect(await sweep(store, 2)).toMatchObject({ runs: 3 });

  expect(idsOf(store)).toEqual(['c1', 'c2']);
  expect(store.runs.findKey('key of a1')).toBeUndefined();
  expect(store.runs.findKey('key of c1')?.runId).toBe('c1');
  expect(await sweep(store, 2)).toMatchObject({ runs: 0 });
});

test('a workflow is forgotten with the last run of it, and no sooner', async () => {
  const store = await storeRig();
  for (const id of ['a1', 'b1', 'a2']) endRun(store, id);
  const workflows = () =>
    store.database.all<{ json: string }>('SELECT json FROM run_workflows').map(({ json }) => json);

  await sweep(store, 1);

  expect(idsOf(store)).toEqual(['a2']);
  expect(workflows()).toEqual(['{"of":"a"}']);
  expect(store.runs.readWorkflow('a2')?.workflowJson).toBe('{"of":"a"}');
});

test('a run stays as long as an image of it does, also one that can still be brought back', async () => {
  const store = await storeRig();
  endRun(store, 'kept1', { nodes: ['save', 'look'] });
  endRun(store, 'deleted1', { nodes: ['save'] });
  endRun(store, 'looked1', { nodes: ['look'] });
  endRun(store, 'new1', { nodes: ['look'] });
  store.gallery.delete(['deleted1.save.0'], 'deletion', 0);

  expect(await sweep(store, 1)).toMatchObject({ runs: 1 });

  expect(idsOf(store)).toEqual(['kept1', 'deleted1', 'new1']);
  // Previews were removed; the newest run still has its own.
  expect(store.outputs.ofRun('kept1').map(({ node }) => node)).toEqual(['save']);
  expect(store.outputs.ofRun('new1').map(({ node }) => node)).toEqual(['look']);

  // After a month what was deleted is gone for good, and its run with it.
  expect(await sweep(store, 1, 31 * 24 * HOUR_MS)).toMatchObject({ runs: 1 });
  expect(idsOf(store)).toEqual(['kept1', 'new1']);
  expect(store.database.integrityProblems()).toEqual([]);
});

test('runs that wait or are under way are none of the history', async () => {
  const store = await storeRig();
  endRun(store, 'ended1');
  for (const id of ['running1', 'waiting1']) {
    store.runs.insert(
      {
        ...{ id, workflowJson: '{}', workflowSha256: 'x', workflowName: null, title: id, targets: [], retryOf: null },
        ...{ clientId: '', priority: 0 },
      },
      0,
    );
  }
  store.runs.claimNext(0);

  expect(await sweep(store, 0)).toMatchObject({ runs: 1 });

  expect(idsOf(store)).toEqual(['running1', 'waiting1']);
});

test('many runs are removed piece by piece, and removal can be stopped in between', async () => {
  const store = await storeRig();
  store.database.transaction(() => {
    for (let i = 0; i < 1200; i++) endRun(store, `a${i}`);
  });

  expect(await store.sweep({ nowMs: 0, keepRuns: 10, signal: AbortSignal.abort() })).toEqual({ runs: 0, blobs: 0 });
  expect(await sweep(store, 10)).toMatchObject({ runs: 1190 });

  expect(idsOf(store)).toHaveLength(10);
});
