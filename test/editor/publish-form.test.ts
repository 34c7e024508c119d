import { formPartsOf, publishForm } from '@unclip-studio/editor/files';
import { formatWorkflow, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

/** The example with a second node that shows images. */
function opened(more: Pick<Workflow, 'inputs'> = {}) {
  const { nodes, layout } = bundledWorkflow();
  const preview = { type: 'PreviewImage', inputs: { image: 'photo.image' } };
  return storeOf({ ...documentOf({ ...nodes, preview }, layout), ...more }).store;
}

const INPUTS = { words: { to: ['prompt.prompt'], label: 'In words', order: 1 } };
const chosenOf = (parts: readonly { readonly id: string; readonly isChosen: boolean }[]) =>
  new Set(parts.filter(({ isChosen }) => isChosen).map(({ id }) => id));

test('a workflow without inputs gets the suggested ones when its form is published, as one step', () => {
  const store = opened();
  const parts = formPartsOf(store.whole, catalog);
  const places = parts.inputs.map(({ id }) => id);

  expect(places).toEqual(expect.arrayContaining(['photo.image', 'prompt.prompt', 'sample.count']));
  expect(parts.inputs.every(({ isChosen }) => isChosen)).toBe(true);
  const inputs = new Set(['photo.image', 'sample.count']);
  expect(publishForm(store, catalog, { inputs, outputs: chosenOf(parts.outputs) })).toBe(true);

  expect(Object.entries(store.whole.inputs ?? {}).map(([name, { to }]) => [name, to])).toEqual([
    ['photo-image', ['photo.image']],
    ['sample-count', ['sample.count']],
  ]);
  expect(formPartsOf(store.whole, catalog).inputs.filter(({ isChosen }) => isChosen)).toHaveLength(2);
  store.undo();
  expect(store.whole.inputs).toBeUndefined();
});

test('inputs of the workflow stay as they are, and suggested ones are added behind them on request only', () => {
  const store = opened({ inputs: INPUTS });
  const { inputs, outputs } = formPartsOf(store.whole, catalog);

  expect(chosenOf(inputs)).toEqual(new Set(['words']));
  expect(inputs.map(({ id }) => id)).not.toContain('prompt.prompt');
  expect(publishForm(store, catalog, { inputs: chosenOf(inputs), outputs: chosenOf(outputs) })).toBe(false);

  publishForm(store, catalog, { inputs: new Set(['words', 'photo.image']), outputs: chosenOf(outputs) });
  expect(store.whole.inputs).toEqual({
    ...INPUTS,
    'photo-image': { to: ['photo.image'], label: expect.any(String), order: 2 },
  });
  publishForm(store, catalog, { inputs: new Set(), outputs: chosenOf(outputs) });
  expect(store.whole.inputs).toBeUndefined();
});

test('an input that was unticked stays in the list, and comes back as it was where it is ticked again', () => {
  const steps = { to: ['sample.steps'], label: 'Steps', help: 'More take longer.', order: 2 };
  const photo = { to: ['photo.image'], label: 'Photo', order: 3 };
  const former = { ...INPUTS, steps, photo };
  const store = opened({ inputs: former });
  const publish = (...inputs: readonly string[]) =>
    publishForm(store, catalog, { inputs: new Set(inputs), outputs: new Set(['save', 'preview']), former });

  publish('words');
  const { inputs } = formPartsOf(store.whole, catalog, former);

  expect(inputs.slice(0, 3)).toEqual([
    { id: 'words', label: 'In words', isChosen: true },
    { id: 'steps', label: 'Steps', isChosen: false },
    { id: 'photo', label: 'Photo', isChosen: false },
  ]);
  // The photo would be suggested as well.
  expect(inputs.map(({ id }) => id)).not.toContain('photo.image');
  expect(publish('words')).toBe(false);
  // As many as before.
  publish('steps');
  expect(store.whole.inputs).toEqual({ steps });
  publish();
  expect(formPartsOf(store.whole, catalog, former).inputs.every(({ isChosen }) => !isChosen)).toBe(true);
  publish('words', 'steps', 'photo');
  expect(store.whole.inputs).toEqual(former);
});

test('a form that was published with nothing to set stays so, and another link is of the same form', () => {
  const store = opened();
  const { outputs } = formPartsOf(store.whole, catalog);
  const nothing = { inputs: new Set<string>(), outputs: chosenOf(outputs) };

  expect(publishForm(store, catalog, nothing)).toBe(true);

  const saved = parseWorkflow(formatWorkflow(store.whole));
  const { inputs } = formPartsOf(saved.ok ? saved.value : store.whole, catalog);
  expect(inputs.length).toBeGreaterThan(2);
  expect(chosenOf(inputs)).toEqual(new Set());
  expect(publishForm(store, catalog, { ...nothing, inputs: chosenOf(inputs) })).toBe(false);
  publishForm(store, catalog, { ...nothing, inputs: new Set(['photo.image']) });
  expect([Object.keys(store.whole.inputs ?? {}), store.whole.form]).toEqual([['photo-image'], undefined]);
});

test('the nodes whose results are shown are saved by their ids, and all of them as nothing', () => {
  const store = opened({ inputs: INPUTS });
  const inputs = new Set(['words']);

  expect(formPartsOf(store.whole, catalog).outputs.map(({ id }) => id)).toEqual(['save', 'preview']);
  publishForm(store, catalog, { inputs, outputs: new Set(['save']) });
  expect(store.whole.form).toEqual({ outputs: ['save'] });
  expect(formPartsOf(store.whole, catalog).outputs.map(({ isChosen }) => isChosen)).toEqual([true, false]);

  publishForm(store, catalog, { inputs, outputs: new Set(['save', 'preview']) });
  expect(store.whole.form).toBeUndefined();
});
