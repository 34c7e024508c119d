import { renewSeeds, setSeedMode, takeSeeds } from '@unclip-studio/editor/document';
import type { NodeDefinition } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

const definitionOf = (type: string): NodeDefinition | undefined => catalog.types.get(type);

function opened() {
  const { nodes, layout } = bundledWorkflow();
  return storeOf(documentOf(nodes, layout)).store;
}

test('new seeds go to the nodes whose seed counts, and not to one that reads the random stream of another', () => {
  const store = opened();

  renewSeeds(store, definitionOf, () => 7);

  const { noise, sample } = store.document.nodes;
  expect(noise?.params).toMatchObject({ seed: 7 });
  expect(sample?.params?.['seed']).toBeUndefined();
  expect(store.undo()).toBe('new seeds');
  expect(store.document.nodes['noise']?.params).toMatchObject({ seed: 42 });
});

test('a new seed goes to a sampler that has no stream of another', () => {
  const { store } = storeOf(documentOf({ sample: { type: 'UNetSample' } }));

  renewSeeds(store, definitionOf, () => 7);

  expect(store.document.nodes['sample']?.params).toEqual({ seed: 7 });
});

test('the seeds of an image are applied to nodes that exist in both, and stay fixed in the next runs', () => {
  const store = opened();
  setSeedMode(store, { node: 'noise', name: 'seed', mode: 'random' });
  const made = {
    noise: { type: 'NoiseAugment', params: { seed: 99 } },
    gone: { type: 'UNetSample', params: { seed: 1 } },
  };

  const count = takeSeeds(store, { nodes: made }, definitionOf);

  expect(count).toBe(1);
  expect(store.document.nodes['noise']?.params).toMatchObject({ seed: 99 });
  expect(store.document.layout.nodes['noise']?.seeds).toBeUndefined();
});
