import { createEventLog } from '@unclip-studio/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const event = { type: 'models-changed' } as const;

test('a reader who asks again after its last event gets all, none twice, or is told that it missed some', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('append'), fc.constant('read')), { maxLength: 200 }), (steps) => {
      const log = createEventLog({ startSeq: 100, maxWeight: 10 });
      let seen = 100;
      let appended = 100;
      for (const step of steps) {
        if (step === 'append') {
          log.append(event);
          appended++;
          continue;
        }
        const events = log.since(seen);
        if (events === undefined) expect(appended - seen).toBeGreaterThan(5);
        else
          expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: appended - seen }, (_, i) => seen + 1 + i));
        seen = appended;
      }
    }),
  );
});

test('events of many nodes count more, so that the log has a bounded size', () => {
  const log = createEventLog({ startSeq: 0, maxWeight: 1_000 });

  for (let i = 0; i < 100; i++) log.append({ type: 'nodes-cached', runId: 'r', nodes: Array(99).fill('n') });

  expect(log.since(94)).toHaveLength(6);
  expect(log.since(50)).toBeUndefined();
});

test('listeners hear each event until they leave', () => {
  const log = createEventLog({ startSeq: 7 });
  const heard: number[] = [];
  const leave = log.subscribe(({ seq }) => heard.push(seq));

  log.append(event);
  log.append(event);
  leave();
  log.append(event);

  expect(heard).toEqual([8, 9]);
  expect(log.lastSeq()).toBe(10);
});

test('a listener that throws is reported, and the others hear the event all the same', () => {
  const errors: unknown[] = [];
  const log = createEventLog({ startSeq: 0, onListenerError: (error) => errors.push(error) });
  const heard: number[] = [];
  log.subscribe(() => {
    throw new Error('a mistake');
  });
  log.subscribe(({ seq }) => void heard.push(seq));

  log.append(event);
  log.append(event);

  expect(heard).toEqual([1, 2]);
  expect(errors).toHaveLength(2);
});
