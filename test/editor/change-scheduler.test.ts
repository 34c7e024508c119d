import { ChangeScheduler, type DocumentStore, meaningChanged, move, setTitle } from '@unclip-studio/editor/document';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A document with tasks that write down when they ran, in milliseconds. */
function rig() {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const changes = new ChangeScheduler(store);
  const startMs = performance.now();
  const ran: string[] = [];
  const task = (name: string, delayMs: number, from: 'first' | 'last' = 'last') =>
    changes.add({
      ...{ delayMs, from },
      concerns: meaningChanged,
      run: () => ran.push(`${name} ${Math.round(performance.now() - startMs)}`),
    });
  return { store, changes, ran, task };
}

const edit = (store: DocumentStore, title: string) => setTitle(store, 'photo', title);

test('each task follows the last of several changes by its own delay, or the first of them', () => {
  const { store, ran, task } = rig();
  task('draft', 400);
  task('problems', 120, 'first');
  task('live', 250);

  for (const title of ['A', 'B', 'C']) {
    edit(store, title);
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(1000);

  expect(ran).toEqual(['problems 120', 'problems 320', 'live 450', 'draft 600']);
});

test('there is one timer however many tasks wait, and none when nothing does', () => {
  const { store, task } = rig();
  for (let i = 1; i <= 5; i++) task(`${i}`, i * 100);
  expect(vi.getTimerCount()).toBe(0);

  edit(store, 'A');
  expect(vi.getTimerCount()).toBe(1);

  vi.advanceTimersByTime(600);
  expect(vi.getTimerCount()).toBe(0);
});

test('a change that does not concern a task has no effect', () => {
  const { store, ran, task } = rig();
  task('forecast', 400);

  move(store, { entities: new Map([['photo', { x: 1, y: 2 }]]), reroutes: new Map() }, 'move');
  vi.advanceTimersByTime(1000);

  expect(ran).toEqual([]);
});

test('what is cancelled or stopped is not run, and what is requested runs without a change', () => {
  const { store, ran, task } = rig();
  const draft = task('draft', 400);
  const check = task('check', 300);
  const forecast = task('forecast', 200);
  edit(store, 'A');

  draft.cancel();
  check.stop();
  expect([draft.isDue, check.isDue, forecast.isDue]).toEqual([false, false, true]);
  vi.advanceTimersByTime(1000);
  forecast.schedule();
  vi.advanceTimersByTime(200);
  edit(store, 'B');
  vi.advanceTimersByTime(1000);

  expect(ran).toEqual(['forecast 200', 'forecast 1200', 'forecast 1400', 'draft 1600']);
});

test('a task that fails stops no other', () => {
  const { store, changes, ran, task } = rig();
  changes.add({
    delayMs: 100,
    concerns: meaningChanged,
    run: () => {
      throw new Error('cannot');
    },
  });
  task('draft', 100);
  edit(store, 'A');

  expect(() => vi.advanceTimersByTime(1000)).toThrow('cannot');
  vi.advanceTimersByTime(1000);

  expect(ran).toEqual([expect.stringMatching(/^draft /)]);
});
