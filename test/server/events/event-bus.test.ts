import { createEventBus } from '@unclip-studio/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const event = { type: 'models-changed' } as const;

test('a reader that continues after its last event gets all, none twice, or learns that it missed some', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('append'), fc.constant('read')), { maxLength: 200 }), (steps) => {
      const bus = createEventBus({ startSeq: 100, maxWeight: 10 });
      let seen = 100;
      let appended = 100;
      for (const step of steps) {
        if (step === 'append') {
          bus.publish(event);
          appended++;
          continue;
        }
        const events = bus.since(seen);
        if (events === undefined) expect(appended - seen).toBeGreaterThan(5);
        else
          expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: appended - seen }, (_, i) => seen + 1 + i));
        seen = appended;
      }
    }),
  );
});

test('events of many nodes count more, so that the history has a bounded size', () => {
  const bus = createEventBus({ startSeq: 0, maxWeight: 1_000 });

  for (let i = 0; i < 100; i++) bus.publish({ type: 'nodes-cached', runId: 'r', nodes: Array(99).fill('n') });

  expect(bus.since(94)).toHaveLength(6);
  expect(bus.since(50)).toBeUndefined();
});

test('listeners hear each event until they leave', () => {
  const bus = createEventBus({ startSeq: 7 });
  const heard: number[] = [];
  const leave = bus.subscribe(({ seq }) => heard.push(seq));

  bus.publish(event);
  bus.publish(event);
  leave();
  bus.publish(event);

  expect(heard).toEqual([8, 9]);
  expect(bus.lastSeq()).toBe(10);
});

test('a listener that throws is reported, and the others hear the event all the same', () => {
  const errors: unknown[] = [];
  const bus = createEventBus({ startSeq: 0, onListenerError: (error) => errors.push(error) });
  const heard: number[] = [];
  bus.subscribe(() => {
    throw new Error('a mistake');
  });
  bus.subscribe(({ seq }) => void heard.push(seq));

  bus.publish(event);
  bus.publish(event);

  expect(heard).toEqual([1, 2]);
  expect(errors).toHaveLength(2);
});

test('a preview listener that throws is reported, and the others get the preview all the same', () => {
  const errors: unknown[] = [];
  const bus = createEventBus({ startSeq: 0, onListenerError: (error) => errors.push(error) });
  const seen: string[] = [];
  bus.onPreview(() => {
    throw new Error('a mistake');
  });
  const leave = bus.onPreview(({ node }) => void seen.push(node));
  const preview = { runId: 'r', node: 'a', step: 1, steps: 2, widthPx: 1, heightPx: 1, mime: 'image/jpeg' } as const;

  bus.publishPreview({ ...preview, bytes: new Uint8Array() });
  leave();
  bus.publishPreview({ ...preview, bytes: new Uint8Array() });

  expect(seen).toEqual(['a']);
  expect(errors).toHaveLength(2);
  expect(bus.lastSeq()).toBe(0);
});
