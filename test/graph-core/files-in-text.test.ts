import {
  createCatalog,
  type FileParam,
  fingerprintPlan,
  type NodeDefinition,
  planRun,
  type Workflow,
} from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { sha256 } from '../support/stub-nodes.js';

const PLAIN: NodeDefinition = {
  ...{ type: 'Say', version: 1, title: 'Say', description: '', category: 'test', inputs: {} },
  outputs: { image: { type: 'image', help: '' } },
  params: { prompt: { kind: 'text', default: '', maxLength: 100, help: '' } },
};
const NAMING: NodeDefinition = {
  ...PLAIN,
  params: { prompt: { ...PLAIN.params.prompt, files: { model: 'embedding', pattern: 'embedding:(\\w+)' } } as never },
};
const LOADING: NodeDefinition = {
  ...PLAIN,
  params: {
    whole: { kind: 'checkpoint', default: '', help: '' },
    part: { kind: 'checkpoint', model: 'vae', default: '', help: '' },
  },
};

async function fingerprint(definition: NodeDefinition, params: object, contents: Readonly<Record<string, string>>) {
  const workflow = { format: 'unclip-workflow', version: 1, nodes: { a: { type: 'Say', params } } };
  const plan = planRun(workflow as unknown as Workflow, createCatalog([definition]));
  if (!plan.ok) throw new Error('no plan');
  const identify = async (param: FileParam, name: string) => {
    const kind = param.kind === 'checkpoint' ? (param.model ?? 'checkpoint') : param.kind;
    const content = contents[`${kind}/${name}`];
    if (content === undefined) throw new Error(`no ${name}`);
    return content;
  };
  return fingerprintPlan(plan.value, { hash: sha256, identify });
}

async function nameOf(definition: NodeDefinition, params: object, contents: Readonly<Record<string, string>> = {}) {
  const named = await fingerprint(definition, params, contents);
  if (!named.ok) throw new Error(JSON.stringify(named.diagnostics));
  return named.value.fingerprints[0];
}

test('a text counts by the files that it names; one that names none counts as before', async () => {
  const prompt = 'a embedding:cat here';

  expect(await nameOf(NAMING, { prompt: 'a cat' })).toBe(await nameOf(PLAIN, { prompt: 'a cat' }));
  const one = await nameOf(NAMING, { prompt }, { 'embedding/cat': 'one' });
  expect(await nameOf(NAMING, { prompt }, { 'embedding/cat': 'one' })).toBe(one);
  expect(await nameOf(NAMING, { prompt }, { 'embedding/cat': 'other' })).not.toBe(one);
});

test('a missing file named in a text is reported before the run', async () => {
  const named = await fingerprint(NAMING, { prompt: 'embedding:cat' }, {});

  expect(named).toMatchObject({
    ok: false,
    diagnostics: [{ code: 'file-problem', node: 'a', param: 'prompt', problem: 'no cat' }],
  });
});

test('one that may be missing counts as missing until it is there', async () => {
  const files = { model: 'embedding', pattern: 'embedding:(\\w+)', optionalWhere: { param: 'style', is: 'free' } };
  const lenient: NodeDefinition = {
    ...PLAIN,
    params: {
      prompt: { kind: 'text', default: '', maxLength: 100, help: '', files },
      style: { kind: 'choice', default: 'free', options: ['free', 'strict'], help: '' },
    },
  };
  const prompt = 'embedding:cat';

  const without = await nameOf(lenient, { prompt });
  expect(await nameOf(lenient, { prompt })).toBe(without);
  expect(await nameOf(lenient, { prompt }, { 'embedding/cat': 'one' })).not.toBe(without);
  expect(await fingerprint(lenient, { prompt, style: 'strict' }, {})).toMatchObject({ ok: false });
});

test('the text stays as it is, and the file is stored separately', async () => {
  const named = await fingerprint(NAMING, { prompt: 'embedding:cat' }, { 'embedding/cat': 'one' });

  expect(named.ok && named.value.identifiedParams).toEqual([
    { prompt: 'embedding:cat', 'prompt embedding:cat': 'one' },
  ]);
});

test('two models of different kinds with the same name are distinguished', async () => {
  const params = { whole: 'x', part: 'x' };

  const named = await fingerprint(LOADING, params, { 'checkpoint/x': 'whole', 'vae/x': 'part' });

  expect(named.ok && named.value.identifiedParams).toEqual([{ whole: 'whole', part: 'part' }]);
});
