import {
  beginProgress,
  fractionDone,
  progressAfter,
  type RunProgress,
  timeLeftMs,
} from '@unclip-studio/editor/running';
import type { RunForecast, ServerEventBody } from '@unclip-studio/protocol';
import { expect, test } from 'vitest';

const FORECAST: RunForecast = {
  cacheKnown: true,
  nodes: [
    { node: 'photo', willRun: false },
    { node: 'embed', willRun: true, expectedMs: 100 },
    { node: 'sample', willRun: true, expectedMs: 1000 },
    { node: 'save', willRun: true, expectedMs: 100 },
  ],
};
const NODES = ['photo', 'embed', 'sample', 'save'];

/** A run seen at the given times. */
function progressOf(
  forecast: RunForecast | undefined,
  ...events: readonly (readonly [number, ServerEventBody])[]
): RunProgress {
  return events.reduce(
    (progress, [nowMs, event], i) => progressAfter(progress, { ...event, seq: i + 1 }, nowMs),
    beginProgress('run1', NODES, forecast),
  );
}

const runId = 'run1';

test('before anything has begun, what is left is what the forecast expects', () => {
  expect(timeLeftMs(progressOf(FORECAST), 0)).toBe(1200);
  expect(fractionDone(progressOf(FORECAST))).toBe(0);
});

test('from the second step on a node is judged by its own pace', () => {
  // Twice as slow as expected: 100 ms a step.
  const progress = progressOf(
    FORECAST,
    [0, { type: 'nodes-cached', runId, nodes: ['photo'] }],
    [0, { type: 'nodes-finished', runId, durationsMs: { embed: 100 } }],
    [100, { type: 'nodes-started', runId, nodes: ['sample'] }],
    [200, { type: 'node-progress', runId, node: 'sample', step: 1, steps: 20 }],
    [1100, { type: 'node-progress', runId, node: 'sample', step: 10, steps: 20 }],
  );

  expect(timeLeftMs(progress, 1100)).toBe(10 * 100 + 100);
  expect(fractionDone(progress)).toBeGreaterThan(0.4);
  expect(fractionDone(progress)).toBeLessThan(0.6);
});

test('there is no estimate for a node that was never timed', () => {
  const progress = progressOf(undefined, [0, { type: 'nodes-started', runId, nodes: ['sample'] }]);

  expect(timeLeftMs(progress, 500)).toBeUndefined();
  expect(fractionDone(progressOf(undefined, [0, { type: 'nodes-cached', runId, nodes: ['photo', 'embed'] }]))).toBe(
    0.5,
  );
});

test('events of other runs change nothing', () => {
  const progress = progressOf(FORECAST);
  const other = { type: 'nodes-cached', runId: 'run2', nodes: ['sample'], seq: 1 } as const;

  expect(progressAfter(progress, other, 0)).toBe(progress);
});
