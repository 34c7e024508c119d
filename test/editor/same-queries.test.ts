import { sameInputs, samePrompt } from '@unclip-studio/editor/testing';
import type { RecordedNode } from '@unclip-studio/protocol';
import { parseGalleryQuery } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { catalog } from './support/rig.js';

const conditions = (query: string | undefined) =>
  parseGalleryQuery(query ?? '', ['image', 'images']).map(({ condition }) => condition);

test('images with the same prompt are searched by all of its words, in their order', () => {
  expect(conditions(samePrompt('a "red"\n heart'))).toEqual([{ kind: 'text', field: 'prompt', words: 'a red heart' }]);
  expect(samePrompt(' … ')).toBeUndefined();
  expect((samePrompt('word '.repeat(400)) ?? '').length).toBeLessThan(500);
});

test('images of the same input are searched by each image that was loaded, and by nothing else', () => {
  const nodes = [
    { id: 'photo', type: 'LoadImage', params: { image: 'my cat.png' } },
    { id: 'prompt', type: 'TextEncode', params: { prompt: 'cat.png' } },
    { id: 'other', type: 'LoadImage', params: {}, files: { image: 'dog.png' } },
  ] as unknown as readonly RecordedNode[];

  const found = sameInputs(nodes, (type) => catalog.types.get(type));

  expect(found.map(({ name }) => name)).toEqual(['my cat.png', 'dog.png']);
  expect(conditions(found[0]?.query)).toEqual([{ kind: 'param', name: 'image', comparison: '=', value: 'my cat.png' }]);
});
