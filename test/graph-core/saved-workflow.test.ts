import { asSaved, fileNameOf, mapFileNames, type Workflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { catalog } from '../editor/support/rig.js';

test.each([
  ['/home/mia/pictures/cat.png', 'cat.png'],
  ['~/cat.png', 'cat.png'],
  ['C:\\Users\\Mia\\cat.png', 'cat.png'],
  ['"C:\\Users\\Mia\\my cat.png"', 'my cat.png'],
  ['d:/models/dream.safetensors', 'dream.safetensors'],
  ['\\\\server\\share\\cat.png', 'cat.png'],
  ['file:///home/mia/my%20cat.png', 'my cat.png'],
  ['file:///C:/Users/100%.png', '100%.png'],
  ['/models/sd21-unclip-h/', 'sd21-unclip-h'],
  ["'/home/mia/cat.png'", 'cat.png'],
  [' /home/mia/cat.png', 'cat.png'],
  ['~mia/cat.png', 'cat.png'],
])('%s names the file %s', (path, name) => {
  expect(fileNameOf(path)).toBe(name);
});

test.each(['cat.png', 'pets/cat.png', 'anime/dream.safetensors', 'SD15\\dream.ckpt', '"cat"', 'c.png', '', '/', '~'])(
  'the name %j stays as it is',
  (name) => {
    expect(fileNameOf(name)).toBe(name);
  },
);

const nodesWith = (folder: string): Workflow['nodes'] => ({
  model: { type: 'LoadModel', params: { checkpoint: `${folder}sd21-unclip-h` } },
  photo: { type: 'LoadImage', params: { image: `${folder}cat.png` } },
  many: { type: 'LoadImages', params: { images: `${folder}cat.png\n\n ${folder}dog.png` } },
  prompt: { type: 'TextEncode', params: { prompt: '/home/mia is a path' } },
  other: { type: 'not-installed/Reader', params: { file: `${folder}unknown.bin`, text: '/imagine a cat' } },
  sweep: {
    type: 'Sweep',
    params: { x: 'photo.image', xValues: `${folder}cat.png\n${folder}dog.png`, y: 'prompt.prompt', yValues: '/a\n/b' },
  },
  group: { type: 'subgraph:Inner' },
});

const workflowWith = (folder: string): Workflow => ({
  format: 'unclip-workflow',
  version: 1,
  nodes: nodesWith(folder),
  subgraphs: { Inner: { nodes: { mask: { type: 'LoadMask', params: { image: `${folder}mask.png` } } } } },
});

test.each(['/home/mia/', 'C:\\Users\\Mia\\'])('images and models in %s are saved by their names', (folder) => {
  expect(asSaved(workflowWith(folder), catalog)).toEqual(workflowWith(''));
});

test('what ComfyUI wrote beside a node, and its page, are saved with names of files', () => {
  const kept = (folder: string) =>
    ({
      ...workflowWith(''),
      nodes: {
        photo: {
          type: 'LoadImage',
          params: { image: 'cat.png' },
          comfyui: { node: { inputs: { image: `${folder}cat.png`, text: '/imagine a cat' } } },
        },
      },
      comfyuiPage: { nodes: [{ widgets_values: [`${folder}sd.safetensors`, 7, null, 'C:\\ is a drive'] }] },
    }) as Workflow;

  expect(asSaved(kept('C:\\Users\\Mia\\'), catalog)).toEqual(kept(''));
  expect(asSaved(kept('/home/mia/'), catalog)).toEqual(kept(''));
});

test('a workflow without paths is saved as the same object', () => {
  const workflow = workflowWith('');

  expect(asSaved(workflow, catalog)).toBe(workflow);
});

test('all files that a workflow names are changed with their kind', () => {
  const seen: string[] = [];
  mapFileNames(workflowWith(''), catalog, (name, kind) => {
    seen.push(`${kind} ${name}`);
    return name;
  });

  expect(new Set(seen)).toEqual(
    new Set(['checkpoint sd21-unclip-h', 'image cat.png', 'image dog.png', 'image mask.png']),
  );
});
