import { cardLayoutOf, findProblems } from '@unclip-studio/editor/catalog';
import { changeLater, setParam } from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

function bundled() {
  const { nodes, layout } = bundledWorkflow();
  const { store } = storeOf(documentOf(nodes, layout));
  return { store, nodes };
}

test('a sampler gets copies of its conditioning, connected, and begins with them halfway', () => {
  const { store, nodes } = bundled();

  const copies = changeLater(store, 'sample', catalog);

  const { sample, prompt2, noise2 } = store.document.nodes;
  expect(copies).toEqual(['prompt2', 'noise2']);
  expect(prompt2).toEqual({ ...nodes['prompt'], title: 'prompt, later' });
  expect(noise2).toEqual({ ...nodes['noise'], title: 'noise, later' });
  expect(sample?.inputs).toEqual({
    ...nodes['sample']?.inputs,
    laterPrompt: 'prompt2.conditioning',
    laterImage: 'noise2.condition',
  });
  expect(sample?.params).toEqual({ ...nodes['sample']?.params, changeAt: 10 });
  expect(findProblems(store.document, catalog)).toEqual([]);
});

test('the copies and the step are in sight, and all of it is one step to undo', () => {
  const { store } = bundled();
  const before = store.document;
  const isStepShown = () =>
    cardLayoutOf(store.document, catalog, 'sample')?.parts.some(
      (part) => part.kind === 'param' && part.name === 'changeAt',
    );
  expect(isStepShown()).toBe(false);

  changeLater(store, 'sample', catalog);

  const { noise, noise2 } = store.document.layout.nodes;
  expect(isStepShown()).toBe(true);
  expect(noise2?.y).toBeGreaterThan(noise?.y ?? 0);
  expect(store.undo()).toBe('change from a step on');
  expect(store.document).toEqual(before);
});

test('what is connected already, and a step that was set, stay', () => {
  const { store } = bundled();
  changeLater(store, 'sample', catalog);
  setParam(store, {
    node: 'sample',
    name: 'changeAt',
    param: catalog.types.get('UNetSample')?.params['changeAt'],
    value: 3,
  });
  store.edit('disconnect', (draft) => {
    delete draft.nodes['sample']?.inputs?.['laterImage'];
  });

  const again = changeLater(store, 'sample', catalog);

  const { sample } = store.document.nodes;
  expect(again).toEqual(['noise3']);
  expect(sample?.inputs).toMatchObject({ laterPrompt: 'prompt2.conditioning', laterImage: 'noise3.condition' });
  expect(sample?.params).toMatchObject({ changeAt: 3 });
});

test('nothing happens to a node that cannot change during sampling, nor to one without conditioning', () => {
  const { store } = bundled();
  changeLater(store, 'sample', catalog);
  const before = store.document;

  expect(changeLater(store, 'sample', catalog)).toBeUndefined();
  expect(changeLater(store, 'decode', catalog)).toBeUndefined();
  expect(store.document).toBe(before);
});
