import { readFileSync, writeFileSync } from 'node:fs';
import type { NodeDefinition, Param } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expect, test } from 'vitest';

const PAGE = new URL('../../docs/NODES.md', import.meta.url);

test('docs/NODES.md matches the node definitions (UPDATE_DOCS=1 rewrites it)', () => {
  const page = [
    '# Nodes',
    '',
    'Every node type, as `unclip nodes --json` lists it. This page is written from the definitions in',
    '`packages/nodes-unclip/src/nodes/`; a test keeps it true.',
    '',
    ...unclipNodes.flatMap(describeNode),
  ].join('\n');
  if (process.env['UPDATE_DOCS']) writeFileSync(PAGE, page);

  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

function describeNode(node: NodeDefinition): readonly string[] {
  return [
    `## ${node.type}`,
    '',
    node.description,
    '',
    ...table('input', node.inputs, ({ type, optional, help }) => [optional ? `${type}, optional` : type, help]),
    ...table('output', node.outputs, ({ type, help }) => [type, help]),
    ...table('param', node.params, (param) => [describeParam(param), param.help]),
  ];
}

function table<Row>(
  title: string,
  rows: Readonly<Record<string, Row>>,
  cells: (row: Row) => readonly string[],
): readonly string[] {
  const entries = Object.entries(rows);
  if (entries.length === 0) return [];
  const lines = entries.map(([name, row]) => `| \`${name}\` | ${cells(row).join(' | ')} |`);
  return [`| ${title} | type | meaning |`, '| --- | --- | --- |', ...lines, ''];
}

function describeParam(param: Param): string {
  const byDefault = param.default === '' ? '' : `, default ${param.default}`;
  switch (param.kind) {
    case 'number':
    case 'integer':
      return `${param.kind} ${param.min}..${param.max}${param.unit ? ` ${param.unit}` : ''}${byDefault}`;
    case 'choice':
      return `${param.options.map((option) => `\`${option}\``).join(', ')}${byDefault}`;
    default:
      return `${param.kind}${byDefault}`;
  }
}
