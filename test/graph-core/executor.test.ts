import { createOutputCache, type RunEvent, withReason } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { workflowOf } from '../support/stub-nodes.js';

const DIAMOND = workflowOf({
  source: { type: 'Constant', params: { value: 2 } },
  left: { type: 'Add', inputs: { left: 'source.value' }, params: { plus: 1 } },
  right: { type: 'Add', inputs: { left: 'source.value' }, params: { plus: 10 } },
  sum: { type: 'Add', inputs: { left: 'left.value', right: 'right.value' } },
});

function chain(length: number, plusAtEnd = 1) {
  const nodes: Record<string, object> = { n0: { type: 'Constant', params: { value: 1 } } };
  for (let i = 1; i < length; i++) {
    const plus = i === length - 1 ? plusAtEnd : 1;
    nodes[`n${i}`] = { type: 'Add', inputs: { left: `n${i - 1}.value` }, params: { plus } };
  }
  return workflowOf(nodes as never);
}

describe('a run', () => {
  test('evaluates a diamond once a node, each after what it reads', async () => {
    const run = await runRig().run(DIAMOND);

    expect(run.started).toEqual(['source', 'left', 'right', 'sum']);
    expect(run.values.get('sum')).toEqual({ value: 15 });
    expect(run.outcome).toBe('succeeded');
  });

  test('uses the cache for everything when nothing changed', async () => {
    const rig = runRig();
    await rig.run(DIAMOND);

    const again = await rig.run(DIAMOND);

    expect(again.started).toEqual([]);
    expect(again.cachedIds).toEqual(['source', 'left', 'right', 'sum']);
    expect(again.values.get('sum')).toEqual({ value: 15 });
  });

  test('evaluates a changed node and its readers only', async () => {
    const rig = runRig();
    await rig.run(DIAMOND);
    const left = { type: 'Add', inputs: { left: 'source.value' }, params: { plus: 2 } };

    const changed = await rig.run(workflowOf({ ...DIAMOND.nodes, left }));

    expect(changed.started).toEqual(['left', 'sum']);
    expect(changed.cachedIds).toEqual(['source', 'right']);
    expect(changed.values.get('sum')).toEqual({ value: 16 });
  });

  test('does not touch what only cached nodes read', async () => {
    // The cache holds the last result only, so the sources of the sum are gone from it.
    const tiny = createOutputCache({ maxBytes: 128 });
    const rig = runRig(tiny);
    await rig.run(DIAMOND);

    const again = await rig.run(DIAMOND);

    expect(again.started).toEqual([]);
  });

  test('gives a param left out and the same param written out the same result name', async () => {
    const rig = runRig();
    await rig.run(workflowOf({ a: { type: 'Constant' } }));

    const written = await rig.run(workflowOf({ b: { type: 'Constant', params: { value: 0 } } }));

    expect(written.started).toEqual([]);
  });

  test('counts an image by its content, not by its name', async () => {
    const rig = runRig();
    const framed = (image: string) =>
      workflowOf({
        one: { type: 'Constant' },
        text: { type: 'Print', inputs: { number: 'one.value' } },
        shown: { type: 'Show', inputs: { text: 'text.text' }, params: { picture: image } },
      });
    const fingerprintOf = async (image: string, content: string) => {
      const names: string[] = [];
      const cache = { get: () => undefined, set: (name: string) => void names.push(name) };
      await runRig(cache).run(framed(image), { images: { [image]: content } });
      return names.at(-1);
    };
    await rig.run(framed('cat.png'));

    expect(await fingerprintOf('cat.png', 'fur')).toBe(await fingerprintOf('copy-of-cat.png', 'fur'));
    expect(await fingerprintOf('cat.png', 'fur')).not.toBe(await fingerprintOf('cat.png', 'other fur'));
  });

  test('runs nodes with side effects every time, and reports their outputs', async () => {
    const rig = runRig();
    const workflow = workflowOf({
      one: { type: 'Constant', params: { value: 7 } },
      text: { type: 'Print', inputs: { number: 'one.value' } },
      shown: { type: 'Show', inputs: { text: 'text.text' }, params: { picture: 'frame.png' } },
    });
    await rig.run(workflow);

    const again = await rig.run(workflow);

    expect(again.started).toEqual(['shown']);
    const finished = again.events.find((event) => event.type === 'node-finished');
    expect(finished).toMatchObject({ node: 'shown', outputs: [{ location: 'shown/7' }] });
  });

  test('stops new starts at the first failure and names the node', async () => {
    const services = {
      onEvaluate(_: string, value: unknown) {
        if (value === 3) throw withReason(new Error('three is too much'), { code: 'not-finite' });
      },
    };

    const run = await runRig().run(DIAMOND, { services, maxConcurrency: 1 });

    expect(run.outcome).toBe('failed');
    expect(run.started).toEqual(['source', 'left']);
    expect(run.events).toContainEqual(
      expect.objectContaining({
        ...{ type: 'node-failed', node: 'left', message: 'three is too much' },
        because: { code: 'not-finite' },
      }),
    );
  });

  test('stops when cancelled without reporting a failure, and keeps finished results', async () => {
    const cancel = new AbortController();
    const services = {
      onEvaluate(_: string, value: unknown) {
        if (value === 3) cancel.abort();
      },
    };
    const rig = runRig();

    const run = await rig.run(DIAMOND, { services, signal: cancel.signal, maxConcurrency: 1 });
    const resumed = await rig.run(DIAMOND);

    expect(run.outcome).toBe('cancelled');
    expect(run.events.some((event) => event.type === 'node-failed')).toBe(false);
    expect(resumed.started).toEqual(['right', 'sum']);
  });

  test('lets a result go after its last reader', async () => {
    const run = await runRig().run(chain(1000));

    expect(run.values.get('n999')).toEqual({ value: 1000 });
    expect(run.peakHeld).toBeLessThanOrEqual(2);
  });

  test('evaluates 10,000 nodes in a chain', async () => {
    const rig = runRig();

    const first = await rig.run(chain(10_000));
    const second = await rig.run(chain(10_000, 5));

    expect(first.values.get('n9999')).toEqual({ value: 10_000 });
    expect(second.started).toEqual(['n9999']);
  });

  test('hands an input of the same type through a bypassed node', async () => {
    const left = { ...DIAMOND.nodes['left'], type: 'Add', mode: 'bypass' as const };

    const run = await runRig().run(workflowOf({ ...DIAMOND.nodes, left }));

    expect(run.started).toEqual(['source', 'right', 'sum']);
    expect(run.values.get('sum')).toEqual({ value: 14 });
  });

  test('leaves out a muted node, and what cannot do without it', async () => {
    const mute = { type: 'Add', inputs: { left: 'source.value' }, mode: 'mute' as const };

    const optional = await runRig().run(workflowOf({ ...DIAMOND.nodes, right: mute }));
    const required = await runRig().run(workflowOf({ ...DIAMOND.nodes, left: mute }));

    expect(optional.values.get('sum')).toEqual({ value: 3 });
    expect([...required.values.keys()]).toEqual(['right']);
  });

  test('reports at most twenty steps a second, and always the last', async () => {
    let nowMs = 0;
    const { createProgressThrottle } = await import('../../packages/graph-core/src/run/progress-throttle.js');
    const isDue = createProgressThrottle(() => nowMs);

    const due = Array.from({ length: 101 }, (_, step) => {
      nowMs = step * 10; // 100 steps a second
      return isDue(step, 100);
    });

    expect(due.filter(Boolean)).toHaveLength(21);
    expect(due.at(-1)).toBe(true);
  });

  test('reports events in order: start, nodes, finish', async () => {
    const run = await runRig().run(DIAMOND, { maxConcurrency: 1, now: () => 0 });

    const told = run.events.map((event: RunEvent) => ('node' in event ? `${event.type} ${event.node}` : event.type));
    expect(told).toEqual([
      'run-started',
      'node-started source',
      'node-finished source',
      'node-started left',
      'node-finished left',
      'node-started right',
      'node-finished right',
      'node-started sum',
      'node-finished sum',
      'run-finished',
    ]);
  });
});
