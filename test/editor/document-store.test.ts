import { connect, move, resizeNode, setParam } from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

const noiseLevel = catalog.types.get('NoiseAugment')?.params['noiseLevel'];

function setNoise(store: ReturnType<typeof storeOf>['store'], value: number): void {
  setParam(store, { node: 'noise', name: 'noiseLevel', param: noiseLevel, value });
}

test('an edit is one undo step, and what it did not touch stays the same object', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const before = store.document;

  setNoise(store, 200);

  expect(store.undoLabels).toEqual(['change noiseLevel']);
  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 200 });
  expect(store.document.nodes['photo']).toBe(before.nodes['photo']);
  expect(store.document.layout).toBe(before.layout);
});

test('undo brings back the very document, and redo the other', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const before = store.document;
  setNoise(store, 200);
  const after = store.document;

  expect(store.undo()).toBe('change noiseLevel');
  expect(store.document).toEqual(before);
  expect(store.redo()).toBe('change noiseLevel');
  expect(store.document).toEqual(after);
});

test('the way of a slider is one step, and a later change another', () => {
  const { store, wait } = storeOf(documentOf(IMAGE_PATH));

  for (const value of [110, 120, 130]) {
    setNoise(store, value);
    wait(50);
  }
  wait(700);
  setNoise(store, 500);

  expect(store.undoLabels).toHaveLength(2);
  store.undo();
  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 130 });
  store.undo();
  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 100 });
});

test('changes of two fields in quick succession stay two steps', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  setNoise(store, 1);
  setParam(store, { node: 'noise', name: 'seed', param: undefined, value: 1 });

  expect(store.undoLabels).toHaveLength(2);
});

test('an edit that changes nothing is not a step and notifies no one', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  let changes = 0;
  store.subscribe(() => changes++);

  setNoise(store, 100);
  connect(store, { node: 'photo', output: 'image' }, { node: 'embed', input: 'image' });

  expect(changes).toBe(0);
  expect(store.undoLabels).toEqual([]);
});

test('a new edit ends what could be done again', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  setNoise(store, 1);
  store.undo();

  resizeNode(store, 'photo', { width: 300, height: 300 });

  expect(store.redoLabels).toEqual([]);
});

test('a read-only document can be neither changed nor wound back', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  store.open(documentOf(IMAGE_PATH), { isReadOnly: true });
  const before = store.document;

  expect(move(store, { entities: new Map([['photo', { x: 1, y: 1 }]]) })).toBe(false);

  expect(store.document).toBe(before);
});

test('a change of another tab is applied and is not ours to undo', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  setNoise(store, 5);

  store.applyRemote([{ op: 'replace', path: ['nodes', 'photo', 'params', 'image'], value: 'dog.png' }]);
  store.undo();

  expect(store.document.nodes['photo']?.params).toEqual({ image: 'dog.png' });
  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 100 });
});

test('a document that was put aside comes back with its history, and another has one of its own', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  setNoise(store, 200);
  store.undo();
  setNoise(store, 300);
  const parked = store.park();

  store.open(documentOf({}));
  expect([store.undoLabels, Object.keys(store.document.nodes)]).toEqual([[], []]);
  store.resume(parked);

  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 300 });
  expect(store.undo()).toBe('change noiseLevel');
  expect(store.document.nodes['noise']?.params).toEqual({ noiseLevel: 100 });
  expect(store.redo()).toBe('change noiseLevel');
});
