import { createCatalog, type EvaluableNode, fingerprintPlan, planRun, type Workflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { sha256 } from '../support/stub-nodes.js';

/** Says "heads" or "tails" by its seed, where it is not told which. */
const toss: EvaluableNode<never> = {
  ...{ type: 'Toss', version: 1, title: 'Toss', description: '', category: 'test', inputs: {} },
  outputs: { text: { type: 'text', help: '' } },
  params: {
    text: { kind: 'text', default: '', maxLength: 20, help: '' },
    seed: { kind: 'seed', default: 0, help: '' },
  },
  settle({ text, seed }: { readonly text: string; readonly seed: number }) {
    if (text === 'broken') throw new Error('no coin');
    return text === '' ? { text: seed % 2 === 0 ? 'heads' : 'tails', seed: 0 } : { text, seed };
  },
  evaluate: async ({ params }) => ({ text: params.text }),
};

async function planOf(params: Record<string, unknown>) {
  const workflow = { format: 'unclip-workflow', version: 1, nodes: { a: { type: 'Toss', params } } };
  const plan = planRun(workflow as unknown as Workflow, createCatalog([toss]));
  if (!plan.ok) throw new Error('no plan');
  const named = await fingerprintPlan(plan.value, { hash: sha256, identify: async (_, name) => name });
  if (!named.ok) throw new Error('no fingerprint');
  return named.value;
}

test('what is decided by a seed has the fingerprint of what was decided, and is what is evaluated', async () => {
  const [two, four, three, written] = await Promise.all([
    planOf({ seed: 2 }),
    planOf({ seed: 4 }),
    planOf({ seed: 3 }),
    planOf({ text: 'heads' }),
  ]);

  expect(two.nodes[0]?.params).toEqual({ text: 'heads', seed: 0 });
  expect(two.fingerprints).toEqual(four.fingerprints);
  expect(two.fingerprints).toEqual(written.fingerprints);
  expect(two.fingerprints).not.toEqual(three.fingerprints);
});

test('receipts are made of what was decided', async () => {
  expect((await planOf({ seed: 3 })).identifiedParams).toEqual([{ text: 'tails', seed: 0 }]);
});

test('what cannot be decided is left to the node, which says why', async () => {
  expect((await planOf({ text: 'broken', seed: 7 })).nodes[0]?.params).toEqual({ text: 'broken', seed: 7 });
});
