import {
  createQueueStore,
  createRunnerStore,
  freshRuns,
  type QueueState,
  queueAfter,
  queueFromSnapshot,
  repeatRuns,
  withSeedsRaised,
} from '@unclip-studio/editor/running';
import { MAX_SEED } from '@unclip-studio/graph-core';
import type { RunRecord, RunState, ServerEventBody } from '@unclip-studio/protocol';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH } from './support/rig.js';

function run(id: string, state: RunState, place?: number): RunRecord {
  return {
    id,
    state,
    title: id,
    createdAt: '2026-01-01T00:00:00Z',
    priority: 0,
    attempts: 0,
    targets: [],
    outputs: [],
    ...(place !== undefined && { place }),
  };
}

function after(...events: readonly ServerEventBody[]): QueueState {
  return events.reduce((queue, event, i) => queueAfter(queue, { ...event, seq: i + 1 }), createQueueStore().getState());
}

test('runs wait at the places the server gives them, and leave them when they begin and end', () => {
  const queue = after(
    { type: 'run-queued', run: run('a', 'queued', 0) },
    { type: 'run-queued', run: run('b', 'queued', 1) },
    { type: 'run-queued', run: run('urgent', 'queued', 0) },
    { type: 'run-changed', run: run('urgent', 'running') },
    { type: 'run-changed', run: run('b', 'cancelled') },
  );

  expect(queue.order).toEqual(['a']);
  expect(queue.running).toEqual(['urgent']);
  expect(queue.ended).toEqual(['b']);
});

test('a run whose worker was lost waits again at its place', () => {
  const queue = after(
    { type: 'run-queued', run: run('b', 'queued', 0) },
    { type: 'run-changed', run: run('a', 'running') },
    { type: 'run-changed', run: run('a', 'queued', 0) },
  );

  expect(queue.order).toEqual(['a', 'b']);
  expect(queue.running).toEqual([]);
});

test('runs of several workers are under way at the same time, until each has ended', () => {
  const both = [
    { type: 'run-changed', run: run('a', 'running') },
    { type: 'run-changed', run: run('b', 'running') },
  ] as const;

  expect(after(...both).running).toEqual(['a', 'b']);
  expect(after(...both, { type: 'run-changed', run: run('a', 'succeeded') }).running).toEqual(['b']);
});

test('a snapshot replaces everything that was known', () => {
  const status = {
    paused: false,
    queued: 1,
    running: 'a',
    worker: { phase: 'busy', restarts: 0 },
    canTakeWork: true,
  } as const;
  const active = [run('a', 'running'), run('b', 'queued', 0)].map((record) => ({ ...record, nodes: {} }));

  const queue = queueFromSnapshot({ seq: 9, status, active, recent: [run('c', 'failed')] });

  expect(queue).toMatchObject({ running: ['a'], order: ['b'], ended: ['c'] });
});

test('each run of a batch gets the next seeds, and nothing else changes', () => {
  const workflow = documentOf({ ...IMAGE_PATH, last: { type: 'NoiseAugment', params: { seed: String(MAX_SEED) } } });
  const definitionOf = (type: string) => catalog.types.get(type);

  const third = withSeedsRaised(workflow, 2, definitionOf);

  expect(third.nodes['noise']?.params).toEqual({ noiseLevel: 100, seed: 2 });
  expect(third.nodes['last']?.params).toEqual({ seed: 1 });
  expect(third.nodes['photo']).toBe(workflow.nodes['photo']);
  expect(withSeedsRaised(workflow, 0, definitionOf)).toBe(workflow);
});

test('a batch raises the seeds inside subgraphs too, and those above 2^53 - 1 exactly', () => {
  const { noise } = IMAGE_PATH;
  const workflow = {
    ...documentOf({ use: { type: 'subgraph:part' }, large: { type: 'NoiseAugment', params: { seed: 2 ** 53 - 1 } } }),
    subgraphs: { part: { nodes: { noise: { ...noise, type: 'NoiseAugment', params: { seed: 7 } } } } },
  };

  const second = withSeedsRaised(workflow, 1, (type) => catalog.types.get(type));

  expect(second.subgraphs?.['part']?.nodes['noise']?.params).toEqual({ seed: 8 });
  expect(second.nodes['large']?.params).toEqual({ seed: '9007199254740992' });
  expect(workflow.subgraphs.part.nodes.noise.params).toEqual({ seed: 7 });
});

test('previews of a mixing pad stay out of the queue, from a snapshot as from events', () => {
  const preview = { ...run('preview', 'queued', 0), preview: true } as const;
  const status = { paused: false, queued: 1, worker: { phase: 'idle', restarts: 0 }, canTakeWork: true } as const;
  const active = [
    { ...preview, nodes: {} },
    { ...run('a', 'queued', 1), nodes: {} },
  ];

  let queue = queueFromSnapshot({ seq: 1, status, active, recent: [{ ...preview, id: 'old', state: 'cancelled' }] });
  queue = queueAfter(queue, { type: 'run-queued', run: { ...preview, id: 'next' }, seq: 2 });
  queue = queueAfter(queue, { type: 'queue-changed', order: ['preview', 'next', 'a'], paused: false, seq: 3 });
  queue = queueAfter(queue, { type: 'run-changed', run: { ...preview, id: 'next', state: 'cancelled' }, seq: 4 });

  expect(queue).toMatchObject({ order: ['a'], running: [], ended: [] });
  expect(Object.keys(queue.runs)).toEqual(['a']);
});

test('a page that repeats runs goes on after a warning, and stops after a failure', async () => {
  const state = createRunnerStore();
  let started = 0;
  repeatRuns(state, () => started++);
  state.setState({ isRepeating: true });

  for (const notice of [undefined, { message: 'In tiles.', isWarning: true }, { message: 'It failed.' }] as const) {
    state.setState({ own: ['a'], notice: undefined });
    state.setState({ own: [], notice });
    await Promise.resolve();
  }

  expect([started, state.getState().isRepeating]).toEqual([2, false]);
});

test('a batch passes over runs that would only save the same images again', () => {
  const workflow = documentOf(IMAGE_PATH);
  const seedOf = ({ nodes }: Pick<typeof workflow, 'nodes'>) => Number(nodes['noise']?.params?.['seed'] ?? 0);
  const made = new Set([0, 1, 3]);

  const fresh = freshRuns({
    count: 3,
    seedsRaised: (by) => withSeedsRaised(workflow, by, (type) => catalog.types.get(type)),
    isKnown: (run) => made.has(seedOf(run)),
  });

  expect(fresh.map(seedOf)).toEqual([2, 4, 5]);
});
