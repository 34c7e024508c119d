import type { RunEvent, Workflow } from '@unclip-studio/graph-core';
import { createProgressLinesView } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const WORKFLOW: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  nodes: { model: { type: 'LoadModel' }, sample: { type: 'UNetSample', title: 'Draw' } },
};

test('progress is printed every five seconds, with the time left by the steps since the first', () => {
  const { show, lines } = linesView();
  const progress = (atMs: number, step: number) =>
    show(atMs, { type: 'node-progress', node: 'sample', step, steps: 20 });

  // The first step takes long, because it loads the model; the others take 2 s each.
  progress(4_000, 1);
  progress(6_000, 2);
  progress(8_000, 3);
  progress(12_000, 5);
  progress(42_000, 20);

  expect(lines).toEqual([
    'Draw (sample, UNetSample): step 2 of 20, about 36 s left',
    'Draw (sample, UNetSample): step 5 of 20, about 30 s left',
  ]);
});

test('events are printed as they happen, and counted at the end', () => {
  const { show, lines } = linesView();
  const preview = { location: '/tmp/a.png', mediaType: 'image/png', widthPx: 1, heightPx: 1, temporary: true } as const;

  show(0, { type: 'run-started', nodes: ['model', 'sample'] });
  show(0, { type: 'node-cached', node: 'model', outputs: [] });
  show(0, { type: 'node-started', node: 'sample' });
  show(0, { type: 'node-finished', node: 'sample', durationMs: 75_400, outputs: [preview] });
  show(0, { type: 'run-finished', outcome: 'succeeded', durationMs: 5_430_000 });

  expect(lines).toEqual([
    'Running 2 nodes.',
    'model (LoadModel): taken from the cache.',
    'Draw (sample, UNetSample): 1 min 15 s. To look at: /tmp/a.png',
    'Done after 1 h 30 min: 1 node evaluated, 1 taken from the cache.',
  ]);
});

test('a failure is printed with its reason', () => {
  const { show, lines } = linesView();

  show(0, { type: 'node-failed', node: 'model', durationMs: 12, message: 'There is no disk.' });
  show(0, { type: 'run-finished', outcome: 'failed', durationMs: 49 });

  expect(lines).toEqual([
    'model (LoadModel) failed: There is no disk.',
    'Failed after 0.0 s: 0 nodes evaluated, 0 taken from the cache.',
  ]);
});

function linesView() {
  const lines: string[] = [];
  let nowMs = 0;
  const terminal = { out: () => {}, err: (line: string) => void lines.push(line), isWatched: false };
  const view = createProgressLinesView({ terminal, workflow: WORKFLOW, now: () => nowMs });
  return {
    lines,
    show(atMs: number, event: RunEvent) {
      nowMs = atMs;
      view.show(event);
    },
  };
}
