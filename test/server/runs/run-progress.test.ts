import { createRunProgress } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const nothing = { cached: [], started: [], progress: [], finished: [], outputs: [] };

test('a node that begins and ends between two events is told of once', () => {
  const progress = createRunProgress('r');
  progress.apply({ ...nothing, planned: ['a', 'b', 'c'], cached: ['a'], started: ['b', 'c'] }, []);
  progress.apply({ ...nothing, progress: [{ node: 'c', step: 1, steps: 4 }] }, []);
  progress.apply(
    { ...nothing, progress: [{ node: 'c', step: 2, steps: 4 }], finished: [{ node: 'b', durationMs: 1.26 }] },
    [],
  );

  expect(progress.takeEvents()).toEqual([
    { type: 'run-started', runId: 'r', nodes: ['a', 'b', 'c'] },
    { type: 'nodes-cached', runId: 'r', nodes: ['a'] },
    { type: 'nodes-finished', runId: 'r', durationsMs: { b: 1.3 } },
    { type: 'nodes-started', runId: 'r', nodes: ['c'] },
    { type: 'node-progress', runId: 'r', node: 'c', step: 2, steps: 4 },
  ]);
  expect(progress.takeEvents()).toEqual([]);
  expect(progress.currentNode()).toBe('c');
  expect(progress.nodes()).toEqual({
    a: { state: 'cached' },
    b: { state: 'finished', durationMs: 1.3 },
    c: { state: 'running', step: 2, steps: 4 },
  });
});

test('the first failure is the reason', () => {
  const progress = createRunProgress('r');
  progress.apply({ ...nothing, failed: { node: 'a', durationMs: 1, message: 'first' } }, []);
  progress.apply({ ...nothing, failed: { node: 'b', durationMs: 2, message: 'second' } }, []);

  expect(progress.failure()).toMatchObject({ node: 'a', message: 'first' });
});
