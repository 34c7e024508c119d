import { imageReferences, mapImages } from '@unclip-studio/editor/catalog';
import {
  findTemplates,
  packWorkflowWithImages,
  rawAddress,
  readWorkflowZip,
  takeImages,
} from '@unclip-studio/editor/files';
import { formatWorkflow, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { catalog } from './support/rig.js';

type Images = Map<string, Uint8Array<ArrayBuffer>>;
const bytesOf = (words: string) => new TextEncoder().encode(words);

/** The images of a server, by their names, as the page asks for them. */
function serverWith(images: Images) {
  const stored = (name: string) => ({ name, label: name, sha256: name, url: '', thumbnailUrl: '' });
  return {
    images: {
      list: async () => [...images.keys()].map(stored),
      find: async (name: string) => (images.has(name) ? stored(name) : undefined),
      async upload(file: File) {
        images.set(file.name, new Uint8Array(await file.arrayBuffer()));
        return stored(file.name);
      },
    },
    library: { readImage: async (name: string) => new Blob([images.get(name) ?? new Uint8Array()]) },
  };
}

const WORKFLOW: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  title: 'Two cats',
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    many: { type: 'LoadImages', params: { images: 'cat.png\n\n dog.png' } },
    prompt: { type: 'TextEncode', params: { prompt: 'bird.png' } },
    group: { type: 'subgraph:Inner' },
  },
  subgraphs: { Inner: { nodes: { mask: { type: 'LoadMask', params: { image: 'mask.png' } } } } },
};

describe('the images of a workflow', () => {
  test('are those that its nodes load, also in lists and subgraphs, and no words of a prompt', () => {
    expect(imageReferences(WORKFLOW, catalog)).toEqual(['cat.png', 'dog.png', 'mask.png']);
  });

  test('get other names wherever they are named', () => {
    const changed = mapImages(WORKFLOW, catalog, (name) => `new-${name}`);

    expect(imageReferences(changed, catalog)).toEqual(['new-cat.png', 'new-dog.png', 'new-mask.png']);
    expect(changed.nodes['many']?.params).toEqual({ images: 'new-cat.png\n\n new-dog.png' });
    expect(changed.nodes['prompt']).toBe(WORKFLOW.nodes['prompt']);
  });
});

describe('a workflow with its images in one archive', () => {
  const here = () =>
    new Map([
      ['cat.png', bytesOf('a cat')],
      ['dog.png', bytesOf('a dog')],
    ]);

  async function archive() {
    const { blob, missing } = await packWorkflowWithImages(WORKFLOW, { api: serverWith(here()), catalog });
    return { missing, zipped: await readWorkflowZip(new Uint8Array(await blob.arrayBuffer())) };
  }

  test('is read as it was, and says which images are missing', async () => {
    const { missing, zipped } = await archive();

    expect(missing).toEqual(['mask.png']);
    expect(zipped.text).toBe(formatWorkflow(WORKFLOW));
    expect(zipped.images.map(({ name }) => name)).toEqual(['cat.png', 'dog.png']);
  });

  test('opens where nothing is known of it, and its images are there', async () => {
    const { zipped } = await archive();
    const there: Images = new Map();

    const opened = await takeImages(WORKFLOW, zipped.images, { api: serverWith(there), catalog });

    expect(opened).toEqual(WORKFLOW);
    expect(there).toEqual(here());
  });

  test('takes no image from its name: another one of that name stays what others use', async () => {
    const { zipped } = await archive();
    const there: Images = new Map([
      ['cat.png', bytesOf('another cat')],
      ['dog.png', bytesOf('a dog')],
    ]);

    const opened = await takeImages(WORKFLOW, zipped.images, { api: serverWith(there), catalog });

    expect(opened.nodes['photo']?.params).toEqual({ image: 'cat-2.png' });
    expect(opened.nodes['many']?.params).toEqual({ images: 'cat-2.png\n\n dog.png' });
    expect([...there].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
      ['cat.png', 'another cat'],
      ['dog.png', 'a dog'],
      ['cat-2.png', 'a cat'],
    ]);
    expect(parseWorkflow(formatWorkflow(opened)).ok).toBe(true);
  });

  test('is refused where it is damaged or holds no workflow', async () => {
    const { blob } = await packWorkflowWithImages(WORKFLOW, { api: serverWith(here()), catalog });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const cat = Buffer.from(bytes).indexOf('a cat');
    bytes[cat] = 'A'.charCodeAt(0);

    await expect(readWorkflowZip(bytes)).rejects.toThrow('images/cat.png is damaged');
    await expect(readWorkflowZip(bytesOf('no archive'))).rejects.toThrow('no directory');
  });
});

test('templates are found by what people call things elsewhere, and those by their own words come first', () => {
  const templates = [
    { name: 'a', title: 'Prompt schedule', nodeTypes: ['UNetSample'] },
    { name: 'b', title: 'Image to image: redraw', nodeTypes: ['LoadImage'] },
    { name: 'c', title: 'Upscale in two passes', nodeTypes: ['LatentUpscale'] },
    { name: 'd', title: 'Compare', description: 'KSampler settings side by side.', nodeTypes: [] },
  ];
  const find = (query: string) =>
    findTemplates(templates, query, (type) => catalog.types.get(type)).map(({ name }) => name);

  expect(find('img2img')[0]).toBe('b');
  expect(find('hires fix')[0]).toBe('c');
  expect(find('ksampler')).toEqual(['d', 'a']);
  expect(find('redraw image')).toEqual(['b']);
  expect(find('  ')).toEqual(['a', 'b', 'c', 'd']);
  expect(find('nothing of this kind')).toEqual([]);
});

test.each([
  [
    'https://github.com/me/art/blob/main/flows/cat.json',
    'https://raw.githubusercontent.com/me/art/main/flows/cat.json',
  ],
  ['https://huggingface.co/me/art/blob/main/cat.png', 'https://huggingface.co/me/art/resolve/main/cat.png'],
  ['https://example.com/me/art/blob/main/cat.json', 'https://example.com/me/art/blob/main/cat.json'],
  ['https://github.com/me/art', 'https://github.com/me/art'],
])('the file of %s is at %s', (page, file) => {
  expect(rawAddress(new URL(page)).href).toBe(file);
});
