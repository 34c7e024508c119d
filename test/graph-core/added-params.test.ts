import { createCatalog, fingerprintPlan, type NodeDefinition, planRun, type Workflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { sha256 } from '../support/stub-nodes.js';

const BEFORE: NodeDefinition = {
  ...{ type: 'Draw', version: 1, title: 'Draw', description: '', category: 'test', inputs: {} },
  outputs: { image: { type: 'image', help: '' } },
  params: { steps: { kind: 'integer', default: 20, min: 1, max: 100, help: '' } },
};
const NOW: NodeDefinition = {
  ...BEFORE,
  params: {
    ...BEFORE.params,
    style: { kind: 'choice', default: 'plain', options: ['plain', 'new'], help: '', added: true },
  },
};

async function fingerprintOf(definition: NodeDefinition, params: Record<string, unknown>): Promise<string> {
  const workflow = { format: 'unclip-workflow', version: 1, nodes: { a: { type: 'Draw', params } } };
  const plan = planRun(workflow as unknown as Workflow, createCatalog([definition]));
  if (!plan.ok) throw new Error('no plan');
  const named = await fingerprintPlan(plan.value, { hash: sha256, identify: async (_, name) => name });
  if (!named.ok) throw new Error('no fingerprint');
  return named.value.fingerprints[0] ?? '';
}

test('a param that was added to a node leaves the fingerprints of before as they were, and counts once it is set', async () => {
  const before = await fingerprintOf(BEFORE, { steps: 30 });

  expect(await fingerprintOf(NOW, { steps: 30 })).toBe(before);
  expect(await fingerprintOf(NOW, { steps: 30, style: 'plain' })).toBe(before);
  expect(await fingerprintOf(NOW, { steps: 30, style: 'new' })).not.toBe(before);
  expect(await fingerprintOf(NOW, { steps: 20 })).toBe(await fingerprintOf(NOW, {}));
  expect(await fingerprintOf(NOW, { steps: 20 })).not.toBe(before);
});

test('a fix for some params renames only their results', async () => {
  const corrected = { ...BEFORE, versionFor: ({ steps }: { readonly steps: number }) => (steps > 50 ? 2 : 1) };

  expect(await fingerprintOf(corrected, { steps: 50 })).toBe(await fingerprintOf(BEFORE, { steps: 50 }));
  expect(await fingerprintOf(corrected, { steps: 51 })).not.toBe(await fingerprintOf(BEFORE, { steps: 51 }));
  expect(await fingerprintOf(corrected, { steps: 51 })).toBe(
    await fingerprintOf({ ...BEFORE, version: 2 }, { steps: 51 }),
  );
});
