import { expect, test } from 'vitest';
import { insertRun, storeRig } from '../../support/store-rig.js';

test('runs come up in the order in which they were queued', async () => {
  const store = await storeRig();
  for (const id of ['a', 'b', 'c']) insertRun(store, id);

  const claimed = [1, 2, 3, 4].map(() => store.runs.claimNext(0)?.id);

  expect(claimed).toEqual(['a', 'b', 'c', undefined]);
});

test('a higher priority goes first, and a run at the front before every priority, the last one put there first', async () => {
  const store = await storeRig();
  for (const id of ['a', 'b', 'c', 'd']) insertRun(store, id);
  insertRun(store, 'urgent', { priority: 5 });
  store.runs.moveToFront('c');
  store.runs.moveToFront('d');
  store.runs.setPriority('b', 1);

  expect(store.runs.queueOrder()).toEqual(['d', 'c', 'urgent', 'b', 'a']);
});

test('clients of equal priority take turns, however many runs one of them has', async () => {
  const store = await storeRig();
  for (let i = 1; i <= 4; i++) insertRun(store, `flood${i}`, { clientId: 'flood' });
  store.runs.claimNext(0);
  insertRun(store, 'one1', { clientId: 'one' });
  insertRun(store, 'one2', { clientId: 'one' });
  insertRun(store, 'two1', { clientId: 'two' });

  expect(store.runs.queueOrder()).toEqual(['one1', 'two1', 'flood2', 'one2', 'flood3', 'flood4']);
});

test('a run that is taken back has its old position', async () => {
  const store = await storeRig();
  for (const id of ['a', 'b']) insertRun(store, id);
  store.runs.claimNext(0);
  insertRun(store, 'c');

  store.runs.requeue('a', { keepsAttempt: true });

  expect(store.runs.queueOrder()).toEqual(['a', 'b', 'c']);
  expect(store.runs.read('a')).toMatchObject({ state: 'queued', attempts: 1, startedAt: null });
});

test('each claim has a token above all before it, also of runs that were forgotten, and only the last one counts', async () => {
  const store = await storeRig();
  insertRun(store, 'a');
  store.runs.claim('a', 'first worker', 0);
  store.runs.requeue('a', { keepsAttempt: true, token: 1 });
  store.runs.claim('a', 'second worker', 0);

  const late = [
    store.runs.isHeld('a', 1),
    store.runs.requeue('a', { keepsAttempt: true, token: 1 }),
    store.runs.finish('a', { state: 'failed' }, 0, 1),
  ];

  expect(late).toEqual([false, false, false]);
  expect(store.runs.read('a')).toMatchObject({ state: 'running', worker: 'second worker', token: 2, attempts: 2 });
  expect(store.runs.finish('a', { state: 'succeeded' }, 0, 2)).toBe(true);
  store.database.run(`DELETE FROM runs WHERE id = 'a'`);
  insertRun(store, 'b');
  expect(store.runs.claimNext(0)).toMatchObject({ token: 3, worker: null });
});

test('a run that has ended stays as it is', async () => {
  const store = await storeRig();
  insertRun(store, 'a');
  store.runs.claimNext(1);
  store.runs.finish('a', { state: 'succeeded' }, 2);
  const before = store.runs.read('a');

  const changes = [
    store.runs.finish('a', { state: 'cancelled' }, 3),
    store.runs.finish('a', { state: 'failed' }, 3),
    store.runs.requeue('a', { keepsAttempt: true }),
    store.runs.moveToFront('a'),
    store.runs.setPriority('a', 3),
  ];

  expect(changes).toEqual([false, false, false, false, false]);
  expect(store.runs.read('a')).toEqual(before);
});

test('only a cancel ends a run that is still queued', async () => {
  const store = await storeRig();
  insertRun(store, 'a');

  expect(store.runs.finish('a', { state: 'succeeded' }, 1)).toBe(false);
  expect(store.runs.finish('a', { state: 'cancelled' }, 1)).toBe(true);
});

test('lists are newest first and continue before a run', async () => {
  const store = await storeRig();
  for (const id of ['a', 'b', 'c', 'd']) insertRun(store, id);
  store.runs.claimNext(0);

  const queued = store.runs.list({ states: ['queued'], limit: 2 }).map(({ id }) => id);
  const older = store.runs.list({ states: [], limit: 9, before: 'c' }).map(({ id }) => id);

  expect(queued).toEqual(['d', 'c']);
  expect(older).toEqual(['b', 'a']);
});

test('previews are left out of a list on request, and are known as such', async () => {
  const store = await storeRig();
  insertRun(store, 'a');
  insertRun(store, 'preview', { isPreview: true });

  expect(store.runs.read('preview')?.isPreview).toBe(true);
  expect(store.runs.list({ states: [], limit: 9 }).map(({ id }) => id)).toEqual(['preview', 'a']);
  expect(store.runs.list({ states: [], limit: 9, withoutPreviews: true }).map(({ id }) => id)).toEqual(['a']);
});

test('a run keeps each of its warnings once, and the first twenty', async () => {
  const store = await storeRig();
  insertRun(store, 'a');
  const numbered = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ message: `Warning ${from + i}` }));

  store.runs.addWarnings('a', numbered(1, 3));
  store.runs.addWarnings('a', numbered(2, 3));
  expect(store.runs.read('a')?.warnings).toEqual(numbered(1, 4));

  store.runs.addWarnings('a', numbered(5, 30));
  expect(store.runs.read('a')?.warnings).toEqual(numbered(1, 20));
});
