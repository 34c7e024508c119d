import type { ServerEventBody } from '@unclip-studio/protocol';
import { createActiveRun, openStore, type StoredRun } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

test('what a worker reports is published with the name of the run, and the state of each node is known', async () => {
  const { active, events } = activeRun(await storedRun());

  active.apply(
    [
      { type: 'run-started', nodes: ['a', 'b', 'c'] },
      { type: 'nodes-cached', nodes: ['a'] },
      { type: 'nodes-started', nodes: ['b', 'c'] },
    ],
    [],
  );
  active.apply(
    [
      { type: 'nodes-finished', durationsMs: { b: 1.3 } },
      { type: 'node-progress', node: 'c', step: 2, steps: 4 },
    ],
    [],
  );

  expect(events.map(({ type }) => type)).toEqual([
    'run-started',
    'nodes-cached',
    'nodes-started',
    'nodes-finished',
    'node-progress',
  ]);
  expect(events.every((event) => 'runId' in event && event.runId === 'r')).toBe(true);
  expect(active.currentNode()).toBe('c');
  expect(active.nodes()).toEqual({
    a: { state: 'cached' },
    b: { state: 'finished', durationMs: 1.3 },
    c: { state: 'running', step: 2, steps: 4 },
  });
});

test('a repeated report is published once, and nothing once the run is over', async () => {
  const { active, events } = activeRun(await storedRun());
  active.apply([{ type: 'run-started', nodes: ['a', 'b'] }], []);
  active.apply([{ type: 'run-started', nodes: ['a'] }], []);
  active.apply([{ type: 'nodes-finished', durationsMs: { a: 1 } }], []);
  active.apply([{ type: 'nodes-cached', nodes: ['a'] }], []);
  active.apply([{ type: 'nodes-cached', nodes: ['a', 'b'] }], []);
  active.isOver = true;
  active.apply([{ type: 'nodes-started', nodes: ['b'] }], []);

  expect(events).toEqual([
    { type: 'run-started', runId: 'r', nodes: ['a', 'b'] },
    { type: 'nodes-finished', runId: 'r', durationsMs: { a: 1 } },
    { type: 'nodes-cached', runId: 'r', nodes: ['b'] },
  ]);
  expect(active.nodes()['a']).toEqual({ state: 'finished', durationMs: 1 });
});

test('a run that continues knows its earlier state, and the first failure is its reason', async () => {
  const run = await storedRun();
  const { active: before } = activeRun(run);
  before.apply([{ type: 'run-started', nodes: ['a', 'b'] }], []);
  before.apply([{ type: 'node-failed', node: 'a', durationMs: 1, message: 'first' }], []);
  const { active, events } = activeRun(run, before);

  active.apply([{ type: 'run-started', nodes: ['a', 'b'] }], []);
  active.apply([{ type: 'node-failed', node: 'b', durationMs: 2, message: 'second' }], []);

  expect(events.map(({ type }) => type)).toEqual(['node-failed']);
  expect(active.failure()).toMatchObject({ node: 'a', message: 'first' });
});

function activeRun(run: StoredRun, before?: ReturnType<typeof createActiveRun>) {
  const events: ServerEventBody[] = [];
  return { active: createActiveRun(run, (event) => events.push(event), before), events };
}

async function storedRun(): Promise<StoredRun> {
  const store = await openStore(tempFolder());
  onTestFinished(() => store.close());
  const columns = {
    workflowJson: '{}',
    workflowSha256: 'w',
    workflowName: null,
    title: 't',
    targets: [],
    clientId: '',
  };
  store.runs.insert({ ...columns, id: 'r', priority: 0, retryOf: null }, 0);
  return store.runs.read('r') as StoredRun;
}
