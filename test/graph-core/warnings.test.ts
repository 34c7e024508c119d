import { createCatalog, describeDiagnostic, findWarnings, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';

const catalog = createCatalog(unclipNodes);

const warningsOf = (workflow: Pick<Workflow, 'nodes' | 'subgraphs'>) =>
  findWarnings({ format: 'unclip-workflow', version: 1, ...workflow }, catalog).map(describeDiagnostic);

const prompt = (text: string, more: object = {}) => ({ type: 'TextEncode', params: { prompt: text }, ...more });

describe('a prompt with what another program reads', () => {
  test.each([
    ['<lora:film grain:0.6>', 'Add Apply LoRA with the LoRA "film grain" and the strength 0.6.'],
    ['<lora:style:-.5:0.8>', 'Add Apply LoRA with the LoRA "style" and the strength -.5.'],
    ['<lyco:style>', 'Add Apply LoRA with the LoRA "style".'],
    ['<lora:style:te=0.5:unet=1>', 'Add Apply LoRA with the LoRA "style".'],
    ['<hypernet:style:1>', 'Hypernetworks are not supported; remove it.'],
    ['embedding:', 'Write the name of one in models/embeddings after the colon, or remove it.'],
  ])('is reported if it contains %s, with what to do', (tag, advice) => {
    const [warning, ...others] = warningsOf({ nodes: { text: prompt(`a lake, ${tag}, 8k, ${tag}`) } });

    expect(others).toEqual([]);
    expect(warning).toMatch(`Node "text" (TextEncode), param "prompt": "${tag}" `);
    expect(warning?.endsWith(advice)).toBe(true);
  });

  test.each(['embedding:cat and <cat-toy>', 'a < b, b > c', 'lora:x', 'reembedding: of', '<lora:'])(
    'is not where it has none: %s',
    (text) => {
      expect(warningsOf({ nodes: { text: prompt(text) } })).toEqual([]);
    },
  );

  test('is reported in subgraphs, and not for inactive nodes', () => {
    const inner = { title: 'Inner', nodes: { text: prompt('<lora:a>') } };
    const nodes = { off: prompt('<lora:b>', { mode: 'mute' }), in: { type: 'subgraph:one' } } as Workflow['nodes'];

    const warnings = warningsOf({ nodes, subgraphs: { one: inner } });

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('in subgraph "one", param "prompt": "<lora:a>"');
  });
});

test('a workflow of a newer version of a plug-in than is here is told of, with the version to add', () => {
  const packages = [{ name: 'acme-glow', version: '1.2.0', migrations: [] }];
  const known = createCatalog(unclipNodes, packages);
  const warningsWith = (version: string) =>
    findWarnings(
      { format: 'unclip-workflow', version: 1, nodes: {}, plugins: { 'acme-glow': version, other: '9.0.0' } },
      known,
    );

  expect(warningsWith('1.10.0').map(describeDiagnostic)).toEqual([
    expect.stringMatching(/acme-glow 1\.10\.0, and 1\.2\.0 is installed.*unclip plugins add acme-glow@1\.10\.0$/),
  ]);
  expect([...warningsWith('1.2.0'), ...warningsWith('1.1.9')]).toEqual([]);
});
