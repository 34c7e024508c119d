import {
  describeRequired,
  isModelInstalled,
  nameOfRequired,
  parseWorkflow,
  type RequiredFile,
} from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';

const text = (requires: unknown) => JSON.stringify({ format: 'unclip-workflow', version: 1, nodes: {}, requires });

test.each<readonly [RequiredFile, string, string]>([
  [
    { repository: 'someone/a-lora', file: 'weights/style.safetensors', folder: 'loras' },
    'style.safetensors',
    'Download weights/style.safetensors from huggingface.co/someone/a-lora into models/loras/.',
  ],
  [{ repository: 'someone/model' }, 'model', 'Download it: npx unclip models pull someone/model'],
  [{ repository: 'someone/vae', folder: 'vae' }, 'vae', 'Download huggingface.co/someone/vae into models/vae/vae/.'],
  [
    { repository: 'someone/model', file: 'model.safetensors' },
    'model.safetensors',
    'Download model.safetensors from huggingface.co/someone/model into models/.',
  ],
])('a workflow may require %j, which it names %s', (file, name, words) => {
  const parsed = parseWorkflow(text([file]));

  expect(parsed.ok && parsed.value.requires).toEqual([file]);
  expect(nameOfRequired(file)).toBe(name);
  expect(describeRequired(file)).toBe(words);
});

test.each([
  'someone/model',
  { repository: 'someone/model' },
  [{ repository: 'model' }],
  [{ repository: 'a/b/c' }],
  [{ repository: '../b', file: 'a' }],
  [{ file: 'a.safetensors' }],
  [{ repository: 'someone/model', file: '/etc/passwd' }],
  [{ repository: 'someone/model', file: '../a.safetensors' }],
  [{ repository: 'someone/model', folder: 'loras/../..' }],
  [{ repository: 'someone/model', folder: 7 }],
  [null],
])('a workflow that requires %j is refused, saying what is expected', (requires) => {
  const parsed = parseWorkflow(text(requires));

  expect(parsed.ok ? [] : parsed.diagnostics).toMatchObject([{ code: 'wrong-shape', at: '"requires"' }]);
});

test.each<readonly [kind: string | undefined, name: string, installed: readonly string[], isInstalled: boolean]>([
  ['lora', 'style.safetensors', ['style.safetensors'], true],
  ['lora', 'style', ['style.safetensors'], true],
  // Downloads lie in a folder of their repository.
  ['lora', 'style.safetensors', ['someone/a-lora/style.safetensors'], true],
  // It is not known which of the two is meant.
  ['lora', 'style.safetensors', ['a/style.safetensors', 'b/style.safetensors'], false],
  ['lora', 'style.safetensors', ['other.safetensors'], false],
  [undefined, 'model', ['model'], true],
  [undefined, 'model', ['model.safetensors'], true],
  // The name of a checkpoint is that of its folder, too.
  [undefined, 'model', ['someone/model'], false],
])('of type %j, %j is searched in %j as a run does', (kind, name, installed, isInstalled) => {
  expect(isModelInstalled(installed, { name, kind })).toBe(isInstalled);
});
