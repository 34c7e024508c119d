import { readFileSync } from 'node:fs';
import { formatWorkflow, migrate, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

function parsed(text: string): Workflow {
  const result = parseWorkflow(text);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}

test('a file of version 1 still reads, and is saved as it was', () => {
  const saved = readFileSync(new URL('../fixtures/workflow-v1.json', import.meta.url), 'utf8');

  expect(formatWorkflow(parsed(saved))).toBe(saved);
});

test('keys and node types nobody knows survive load and save', () => {
  const key = fc.string({ minLength: 1 }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
  const extras = fc.dictionary(key, fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { maxKeys: 4 });
  fc.assert(
    fc.property(extras, extras, extras, (top, node, layout) => {
      const file = {
        ...top,
        format: 'unclip-workflow',
        version: 1,
        title: 'T',
        nodes: { n: { ...node, type: 'FromTheFuture', title: 'N', mode: 'mute', inputs: {}, params: {} } },
        layout,
      };
      const once = formatWorkflow(parsed(JSON.stringify(file)));

      expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(file)));
      expect(formatWorkflow(parsed(once))).toBe(once);
    }),
  );
});

test('the order in which a file was written does not show in what is saved', () => {
  const one =
    '{"version":1,"nodes":{"b":{"type":"X"},"a":{"params":{"y":1,"x":-0},"type":"X"}},"format":"unclip-workflow"}';
  const two =
    '{"format":"unclip-workflow","nodes":{"a":{"type":"X","params":{"x":0,"y":1.0}},"b":{"type":"X"}},"version":1}';

  expect(formatWorkflow(parsed(one))).toBe(formatWorkflow(parsed(two)));
});

test('migrations are taken one version at a time, from the version the file has', () => {
  const steps = [
    (file: Readonly<Record<string, unknown>>) => ({ ...file, second: true }),
    (file: Readonly<Record<string, unknown>>) => ({ ...file, third: file['second'] }),
  ];

  expect(migrate({ version: 1 }, 1, steps)).toEqual({ version: 3, second: true, third: true });
  expect(migrate({ version: 2, second: 'kept' }, 2, steps)).toEqual({ version: 3, second: 'kept', third: 'kept' });
});
