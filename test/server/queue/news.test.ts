import { createNewsOutbox, createSeal, type RunNews, takeNews } from '@unclip-studio/server/queue';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const news = (step: number): RunNews => ({
  type: 'events',
  updates: [{ type: 'node-progress', node: 'sample', step, steps: 99 }],
});
const end: RunNews = { type: 'ended', updates: [], report: { outcome: 'succeeded', timings: [] } };

// What takeNews keeps of a claim.
const listener = () => ({ nextNews: 0 });

test('whatever gets lost or comes twice, all news arrive once and in order', () => {
  const tellings = fc.array(fc.constantFrom('add', 'lose', 'arrive', 'arrive-late', 'lose-answer'), { maxLength: 60 });

  fc.assert(
    fc.property(tellings, (acts) => {
      const outbox = createNewsOutbox();
      const claim = listener();
      const heard: RunNews[] = [];
      const told: RunNews[] = [];
      let late = outbox.untold();
      const arrive = (telling: typeof late, isAnswered: boolean) => {
        const fresh = telling && takeNews(claim, telling);
        heard.push(...(fresh ?? []));
        if (isAnswered) outbox.acknowledge(claim.nextNews);
      };
      for (const act of acts) {
        if (act === 'add') {
          told.push(news(told.length));
          outbox.add(news(told.length - 1));
        }
        if (act === 'lose') late = outbox.untold();
        if (act === 'arrive') arrive(outbox.untold(), true);
        if (act === 'arrive-late') arrive(late, true);
        if (act === 'lose-answer') arrive(outbox.untold(), false);
      }
      outbox.add(end);
      arrive(outbox.untold(), true);

      expect(heard).toEqual([...told, end]);
      expect(outbox.isDone()).toBe(true);
    }),
  );
});

test('news that begin after a gap are not taken', () => {
  const claim = listener();

  expect(takeNews(claim, { from: 1, before: 2, news: [news(1)] })).toBeUndefined();
  expect(claim.nextNews).toBe(0);
});

test('a server that knows nothing is told in short what has been, and in full what has not arrived', () => {
  const outbox = createNewsOutbox();
  for (const step of [1, 2, 3]) outbox.add(news(step));
  outbox.acknowledge(2);
  const claim = listener();

  const heard = takeNews(claim, outbox.all());

  expect(heard).toEqual([news(2), news(3)]);
  expect(claim.nextNews).toBe(3);
  // The same once more, as a repetition that crossed with the answer.
  expect(takeNews(claim, outbox.all())).toEqual([]);
});

test('a message is opened only with the key, at the place and with the bytes it was closed with', () => {
  const seal = createSeal('one key');
  const closed = seal.close('here', { body: { a: 1 }, bytes: Uint8Array.of(7, 8) });
  const changed = Uint8Array.from(closed, (byte, i) => (i === closed.length - 1 ? byte ^ 1 : byte));

  expect(seal.open('here', closed)).toMatchObject({ body: { a: 1 }, bytes: Buffer.of(7, 8) });
  expect(seal.open('there', closed)).toBeUndefined();
  expect(createSeal('another key').open('here', closed)).toBeUndefined();
  expect(seal.open('here', changed)).toBeUndefined();
  for (let length = 0; length < closed.length; length++) {
    expect(seal.open('here', closed.subarray(0, length))).toBeUndefined();
  }
});
