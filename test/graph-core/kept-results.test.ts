import { cacheOver, createOutputCache, type KeptResults, type NodeResult } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { runRig } from '../support/run-rig.js';
import { workflowOf } from '../support/stub-nodes.js';

const CHAIN = workflowOf({
  one: { type: 'Constant', params: { value: 1 } },
  two: { type: 'Add', inputs: { left: 'one.value' } },
  three: { type: 'Add', inputs: { left: 'two.value' }, params: { plus: 5 } },
});

/** Results that outlive a cache, as a disk would keep them. */
function keptIn(results: Map<string, NodeResult>): KeptResults {
  return {
    has: (fingerprint) => results.has(fingerprint),
    read: async (fingerprint) => results.get(fingerprint),
    write: (fingerprint, result) => void results.set(fingerprint, result),
  };
}

const memory = () => createOutputCache({ maxBytes: 1e6 });

test('a new process uses cached results, and does not touch nodes needed only for them', async () => {
  const results = new Map<string, NodeResult>();
  await runRig(cacheOver(keptIn(results), memory())).run(CHAIN);

  const { started, cachedIds, values } = await runRig(cacheOver(keptIn(results), memory())).run(CHAIN);

  expect([started, cachedIds]).toEqual([[], ['one', 'two', 'three']]);
  expect(values.get('three')).toEqual({ value: 6 });
});

test('a result that turns out to be damaged is evaluated again, from the last one that is not', async () => {
  const results = new Map<string, NodeResult>();
  await runRig(cacheOver(keptIn(results), memory())).run(CHAIN);
  const [, , last = ''] = results.keys();
  const kept = keptIn(results);
  const damaged: KeptResults = {
    ...kept,
    read: async (fingerprint, definition) => (fingerprint === last ? undefined : kept.read(fingerprint, definition)),
  };

  const { started, values } = await runRig(cacheOver(damaged, memory())).run(CHAIN);

  expect(started).toEqual(['three']);
  expect(values.get('three')).toEqual({ value: 6 });
});

test('what was read once is in memory from then on', async () => {
  const results = new Map<string, NodeResult>();
  await runRig(cacheOver(keptIn(results), memory())).run(CHAIN);
  const rig = runRig(cacheOver(keptIn(results), memory()));
  await rig.run(CHAIN);
  results.clear();

  const { started } = await rig.run(CHAIN);

  expect(started).toEqual([]);
});
