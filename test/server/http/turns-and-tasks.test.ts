import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTaskProcess, createTurns, TaskTooLong, TooManyTasks } from '@unclip-studio/server';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';

/** A process that doubles numbers, answers never for 0 and ends at -1. */
function doubling(settings: { readonly maxMs: number; readonly maxWaiting: number }) {
  const script = join(tempFolder(), 'task.mjs');
  writeFileSync(
    script,
    `process.on('message', ({ id, task }) => {
       if (task === -1) process.exit(3);
       if (task !== 0) process.send({ id, answer: 2 * task });
     });
     process.on('disconnect', () => process.exit(0));`,
  );
  const tasks = createTaskProcess<number, number>({ script, what: 'number', ...settings });
  onTestFinished(() => tasks.close());
  return tasks;
}

test('tasks are prepared one after the other, and those beyond the limit refused at once', async () => {
  const tasks = doubling({ maxMs: 30_000, maxWaiting: 3 });
  const events: string[] = [];
  const run = (number: number) =>
    tasks
      .run(() => {
        events.push(`prepare ${number}`);
        return number;
      })
      .then((answer) => events.push(`answer ${answer}`));

  const all = [1, 2, 3].map(run);

  expect(() => tasks.run(() => 4)).toThrow(TooManyTasks);
  expect(() => tasks.run(() => 4)).toThrow('3 numbers wait already; the limit is 3.');
  await Promise.all(all);
  expect(events).toEqual(['prepare 1', 'answer 2', 'prepare 2', 'answer 4', 'prepare 3', 'answer 6']);
});

test('the time of a task counts from its start; one that takes too long, or ends the process, affects no other', async () => {
  const tasks = doubling({ maxMs: 1500, maxWaiting: 9 });

  const [stuck, next, crashed, last] = await Promise.allSettled([0, 1, -1, 2].map((task) => tasks.run(() => task)));

  expect(stuck).toMatchObject({ status: 'rejected', reason: expect.any(TaskTooLong) });
  expect(next).toEqual({ status: 'fulfilled', value: 2 });
  expect(crashed).toMatchObject({
    status: 'rejected',
    reason: expect.objectContaining({ message: expect.stringContaining('ended (3)') }),
  });
  expect(last).toEqual({ status: 'fulfilled', value: 4 });
});

test('a limited number of turns is active at a time, in order, also after one that failed', async () => {
  const turns = createTurns({ what: 'image', width: 2, maxWaiting: 2 });
  let working = 0;
  let most = 0;
  const order: number[] = [];
  const work = (number: number) => async () => {
    most = Math.max(most, ++working);
    await Promise.resolve();
    working--;
    order.push(number);
    if (number === 1) throw new Error('a mistake');
  };

  const all = [1, 2, 3, 4].map((number) => turns.take(work(number)));
  await expect(turns.take(work(5))).rejects.toThrow('2 images wait already; the limit is 2.');
  const outcomes = await Promise.allSettled(all);

  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  expect(order).toEqual([1, 2, 3, 4]);
  expect(most).toBe(2);
  await turns.take(work(6));
});
