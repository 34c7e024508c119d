import { NO_WORKERS, type WorkersState, withRun, withWorkers, workersAfter } from '@unclip-studio/editor/running';
import type { RunDetail, ServerEventBody, WorkerRecord } from '@unclip-studio/protocol';
import { expect, test } from 'vitest';

const START = NO_WORKERS;

function worker(id: string, more: Partial<WorkerRecord> = {}): WorkerRecord {
  return {
    ...{ id, host: 'studio', version: '0.1.0', slots: 1, runs: [], startedAt: '2026-01-01T00:00:00Z' },
    ...{ phase: 'idle', restarts: 0 },
    ...more,
  };
}

function after(state: WorkersState, ...events: readonly ServerEventBody[]): WorkersState {
  return events.reduce((before, event, i) => workersAfter(before, { ...event, seq: i + 1 }), state);
}

const idsOf = ({ workers }: WorkersState) => workers?.map(({ id }) => id);

test('workers come, change and leave, and none changes its place among the others', () => {
  const two = withWorkers(START, [worker('b'), worker('a')]);

  const changed = after(two, { type: 'worker-changed', worker: worker('a', { phase: 'busy', runs: ['r'] }) });
  const three = after(changed, { type: 'worker-changed', worker: worker('0', { host: 'attic' }) });

  expect(idsOf(changed)).toEqual(['a', 'b']);
  expect(changed.workers?.[0]).toMatchObject({ phase: 'busy', runs: ['r'] });
  expect(idsOf(three)).toEqual(['0', 'a', 'b']);
  expect(idsOf(after(three, { type: 'worker-left', id: 'a' }))).toEqual(['0', 'b']);
});

test('a run is followed from node to node and from step to step, until it has ended', () => {
  const runId = 'r';
  const at = (...events: readonly ServerEventBody[]) => after(START, ...events).positions[runId];
  const started: ServerEventBody = { type: 'nodes-started', runId, nodes: ['sample'] };
  const progress: ServerEventBody = { type: 'node-progress', runId, node: 'sample', step: 3, steps: 20 };
  const record = { id: runId, title: 'r', createdAt: '', priority: 0, attempts: 1, targets: [], outputs: [] };

  expect(at({ type: 'run-started', runId, nodes: ['sample'] })).toEqual({});
  expect(at(started)).toEqual({ node: 'sample' });
  expect(at(started, progress)).toEqual({ node: 'sample', step: 3, steps: 20 });
  expect(at(started, progress, { type: 'nodes-finished', runId, durationsMs: { sample: 9 } })).toEqual({});
  expect(at(started, progress, { type: 'nodes-finished', runId, durationsMs: { load: 9 } })?.node).toBe('sample');
  expect(at(started, { type: 'run-changed', run: { ...record, state: 'succeeded' } })).toBeUndefined();
});

test('a run that was active before the page opened has the state that the server reports, unless an event is newer', () => {
  const detail: RunDetail = {
    ...{ id: 'r', state: 'running', title: 'r', createdAt: '', priority: 0, attempts: 1, targets: [], outputs: [] },
    nodes: { load: { state: 'finished' }, sample: { state: 'running', step: 7, steps: 20 } },
  };
  const heard = after(START, { type: 'node-progress', runId: 'r', node: 'sample', step: 8, steps: 20 });

  expect(withRun(START, detail).positions['r']).toEqual({ node: 'sample', step: 7, steps: 20 });
  expect(withRun(heard, detail).positions['r']).toEqual({ node: 'sample', step: 8, steps: 20 });
});

test("the server's own worker follows the status of the queue, which has nothing to say of workers elsewhere", () => {
  const event: ServerEventBody = {
    type: 'status-changed',
    status: {
      paused: false,
      queued: 0,
      running: 'r',
      worker: { phase: 'busy', pid: 1, restarts: 2 },
      canTakeWork: true,
    },
  };

  const own = after(withWorkers(START, [worker('own')]), event);
  const elsewhere = withWorkers(START, [worker('a')]);

  expect(own.workers).toEqual([worker('own', { phase: 'busy', restarts: 2, runs: ['r'] })]);
  expect(after(elsewhere, event).workers).toEqual([worker('a')]);
});
