import { createRunState, staleNodes } from '@unclip-studio/editor/live';
import type { OutputRecord, ServerEventBody } from '@unclip-studio/protocol';
import { expect, test } from 'vitest';
import { IMAGE_PATH } from './support/rig.js';

function followed() {
  const state = createRunState();
  state.follow('run1', IMAGE_PATH);
  let seq = 0;
  return {
    state,
    tell(event: ServerEventBody) {
      state.apply({ ...event, seq: ++seq });
    },
  };
}

const output: OutputRecord = {
  id: 'run1.noise.0',
  runId: 'run1',
  node: 'noise',
  index: 0,
  name: 'variation',
  temporary: false,
  mediaType: 'image/png',
  widthPx: 64,
  heightPx: 64,
  sizeBytes: 100,
  sha256: 'aa',
  createdAt: '2026-01-01T00:00:00Z',
};

test('a node goes from waiting over its steps to its time and results', () => {
  const { state, tell } = followed();

  tell({ type: 'run-started', runId: 'run1', nodes: ['photo', 'noise'] });
  expect(state.get('noise').state).toBe('queued');
  tell({ type: 'nodes-started', runId: 'run1', nodes: ['noise'] });
  tell({ type: 'node-progress', runId: 'run1', node: 'noise', step: 3, steps: 20 });
  expect(state.get('noise')).toMatchObject({ state: 'running', step: 3, steps: 20 });
  tell({ type: 'outputs-made', runId: 'run1', outputs: [output] });
  tell({ type: 'nodes-finished', runId: 'run1', durationsMs: { noise: 1200 } });
  tell({ type: 'nodes-cached', runId: 'run1', nodes: ['photo'] });

  expect(state.get('noise')).toMatchObject({ state: 'finished', durationMs: 1200, outputs: [output] });
  expect(state.get('photo').state).toBe('cached');
});

test('events of other runs are passed over', () => {
  const { state, tell } = followed();

  tell({ type: 'nodes-started', runId: 'other', nodes: ['noise'] });

  expect(state.get('noise').state).toBe('idle');
});

test('only the listeners of the node that changed are called', () => {
  const { state, tell } = followed();
  const called: string[] = [];
  state.subscribe('noise', () => called.push('noise'));
  state.subscribe('photo', () => called.push('photo'));

  tell({ type: 'nodes-started', runId: 'run1', nodes: ['noise'] });

  expect(called).toEqual(['noise']);
});

test('a changed node is marked as out of date, with all that read it', () => {
  const { state } = followed();
  const changed = { ...IMAGE_PATH, photo: { type: 'LoadImage', params: { image: 'dog.png' } } };

  state.compare(changed);

  expect(['model', 'photo', 'embed', 'noise'].map((node) => state.get(node).isStale)).toEqual([
    false,
    true,
    true,
    true,
  ]);
  state.compare(IMAGE_PATH);
  expect(state.get('noise').isStale).toBe(false);
});

test('a new title makes nothing out of date', () => {
  const now = { ...IMAGE_PATH, photo: { ...IMAGE_PATH['photo'], type: 'LoadImage', title: 'Cat' } };

  expect([...staleNodes(IMAGE_PATH, now)]).toEqual([]);
});

test('after a reconnect everything that is known of the run is shown', () => {
  const { state } = followed();

  state.restore({
    id: 'run1',
    state: 'failed',
    title: 'Run',
    createdAt: '2026-01-01T00:00:00Z',
    priority: 0,
    attempts: 1,
    targets: [],
    outputs: [output],
    error: { code: 'node-failed', message: 'It broke.', node: 'embed' },
    nodes: { embed: { state: 'failed', durationMs: 5 }, photo: { state: 'cached' } },
  });

  expect(state.get('embed')).toMatchObject({ state: 'failed', message: 'It broke.' });
  expect(state.get('noise').outputs).toEqual([output]);
});

test('what a run made stays in sight, marked as out of date, until the next one has made something else there', () => {
  const { state, tell } = followed();
  tell({ type: 'outputs-made', runId: 'run1', outputs: [output, { ...output, id: 'run1-2', index: 1 }] });

  state.follow('run2', IMAGE_PATH);
  expect(state.get('noise')).toMatchObject({ outputs: [output, { id: 'run1-2' }], isStale: true, state: 'idle' });

  tell({ type: 'run-started', runId: 'run2', nodes: ['photo', 'noise'] });
  tell({ type: 'nodes-started', runId: 'run2', nodes: ['noise'] });
  expect(state.get('noise')).toMatchObject({ outputs: [output, { id: 'run1-2' }], isStale: true, state: 'running' });

  const other = { ...output, id: 'run2-1', runId: 'run2' };
  tell({ type: 'outputs-made', runId: 'run2', outputs: [other] });
  expect(state.get('noise')).toMatchObject({ outputs: [other], isStale: false });
});
