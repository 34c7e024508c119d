import { catalogOfStore, findNodes, placedNodes } from '@unclip-studio/editor/catalog';
import { readDocument } from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { catalog, IMAGE_PATH, storeOf } from './support/rig.js';

const document = readDocument({
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    ...IMAGE_PATH,
    words: { type: 'TextEncode', title: 'The sky', params: { text: 'a red balloon' } },
    twice: { type: 'subgraph:both', title: 'Both' },
  },
  subgraphs: {
    both: { nodes: { inner: { type: 'subgraph:one' }, noise: { type: 'NoiseAugment' } } },
    one: { nodes: { noise: { type: 'NoiseAugment', title: 'Deep noise' } } },
  },
});
const nodes = placedNodes(
  document,
  catalogOfStore(() => catalog, storeOf(document).store),
);
const found = (query: string) => findNodes(nodes, query).map(({ runId }) => runId);

test('nodes are found by title, type, id and text, in any order of the words', () => {
  expect(found('sky')).toEqual(['words']);
  expect(found('BALLOON text encode')).toEqual(['words']);
  expect(found('photo')).toEqual(['photo']);
  expect(found('no such words')).toEqual([]);
});

test('nodes inside of subgraphs are found with the way to them', () => {
  expect(found('noise augment')).toEqual(['noise', 'twice/noise', 'twice/inner/noise']);
  expect(nodes.find(({ runId }) => runId === 'twice/inner/noise')?.inside).toEqual(['Both', 'one']);
});

test('what has the words in its title comes first', () => {
  expect(found('noise')[0]).toBe('noise');
  expect(found('deep')).toEqual(['twice/inner/noise']);
  expect(findNodes(nodes, '')).toHaveLength(nodes.length);
});
