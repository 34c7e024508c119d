import { createRunUpdates, mergeUpdates } from '@unclip-studio/server';
import { expect, test } from 'vitest';

test('a node that begins and ends between two reports is reported once, and only its last progress', () => {
  const updates = createRunUpdates();
  updates.add({ type: 'run-started', nodes: ['a', 'b', 'c'] });
  updates.add({ type: 'nodes-cached', nodes: ['a'] });
  updates.add({ type: 'nodes-started', nodes: ['b', 'c'] });
  updates.add({ type: 'node-progress', node: 'c', step: 1, steps: 4 });
  updates.add({ type: 'node-progress', node: 'c', step: 2, steps: 4 });
  updates.add({ type: 'nodes-finished', durationsMs: { b: 1.26 } });
  expect(updates.isEmpty()).toBe(false);

  expect(updates.take()).toEqual([
    { type: 'run-started', nodes: ['a', 'b', 'c'] },
    { type: 'nodes-cached', nodes: ['a'] },
    { type: 'nodes-finished', durationsMs: { b: 1.3 } },
    { type: 'nodes-started', nodes: ['c'] },
    { type: 'node-progress', node: 'c', step: 2, steps: 4 },
  ]);
  expect(updates.isEmpty()).toBe(true);
  expect(updates.take()).toEqual([]);
});

test('the first failure is the reason', () => {
  const updates = createRunUpdates();
  updates.add({ type: 'node-failed', node: 'a', durationMs: 1, message: 'first' });
  updates.add({ type: 'node-failed', node: 'b', durationMs: 2, message: 'second' });

  expect(updates.take()).toEqual([{ type: 'node-failed', node: 'a', durationMs: 1, message: 'first' }]);
});

test('tellings that are merged say what they say one after the other', () => {
  const started = [{ type: 'nodes-started', nodes: ['a', 'b'] }] as const;
  const step = [{ type: 'node-progress', node: 'a', step: 3, steps: 4 }] as const;
  const finished = [{ type: 'nodes-finished', durationsMs: { a: 5 } }] as const;

  expect(mergeUpdates(started, step)).toEqual([...started, ...step]);
  expect(mergeUpdates(started, step, finished)).toEqual([...finished, { type: 'nodes-started', nodes: ['b'] }]);
  expect(mergeUpdates(mergeUpdates(started, step), finished)).toEqual(mergeUpdates(started, step, finished));
});
