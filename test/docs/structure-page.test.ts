import { readFileSync } from 'node:fs';
import { createCatalog, describeDiagnostic, parseWorkflow, planRun } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expect, test } from 'vitest';

const PAGE = new URL('../../docs/STRUCTURE.md', import.meta.url);

test('each file on the page about structure can be planned', () => {
  const catalog = createCatalog(unclipNodes);
  const files = [...readFileSync(PAGE, 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);

  const sizes = files.map((text) => {
    const parsed = parseWorkflow(text);
    const plan = parsed.ok ? planRun(parsed.value, catalog) : parsed;
    return plan.ok ? plan.value.nodes.length : plan.diagnostics.map(describeDiagnostic);
  });

  // Plain; two uses of two nodes; eight cells of one node.
  expect(sizes).toEqual([3, 1 + 2 * 2 + 2, 1 + 8 + 2]);
});
