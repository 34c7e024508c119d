import {
  addNode,
  addReroutePoint,
  advanceSeeds,
  aligned,
  connect,
  deleteEntities,
  disconnect,
  distributed,
  findLink,
  freshNodeId,
  insertOnLink,
  replaceCheckpoint,
  setColour,
  setMode,
  setParam,
  setSeedMode,
  setTitle,
  toggleCollapsed,
  toggleMode,
  withNextSeeds,
} from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

test('a new node is named after what people call it, and counted', () => {
  const taken = new Set(['photo', 'photo2']);

  expect(freshNodeId('LoadImage', (id) => taken.has(id))).toBe('photo3');
  expect(freshNodeId('ImageGrid', () => false)).toBe('imageGrid');
  expect(freshNodeId('CLIPTextThing', () => false)).toBe('clipTextThing');
});

test('connecting an input replaces its old source in one step', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, photo2: { type: 'LoadImage' } }));

  connect(store, { node: 'photo2', output: 'image' }, { node: 'embed', input: 'image' });

  expect(store.document.nodes['embed']?.inputs).toEqual({ vision: 'model.vision', image: 'photo2.image' });
  expect(store.undoLabels).toEqual(['connect']);
});

test('a link carried to another input leaves the first one free', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, embed2: { type: 'CLIPImageEmbed' } }));

  connect(store, { node: 'photo', output: 'image' }, { node: 'embed2', input: 'image' }, 'embed.image');

  expect(store.document.nodes['embed']?.inputs).toEqual({ vision: 'model.vision' });
  expect(store.document.nodes['embed2']?.inputs).toEqual({ image: 'photo.image' });
});

test('the last link of a node leaves no empty record behind', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  disconnect(store, ['noise.embed']);

  expect(store.document.nodes['noise']).toEqual({ type: 'NoiseAugment', params: { noiseLevel: 100 } });
});

test('deleting a node also removes its links on both sides', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  deleteEntities(store, ['embed']);

  expect(Object.keys(store.document.nodes)).toEqual(['model', 'photo', 'noise']);
  expect(store.document.nodes['noise']?.inputs).toBeUndefined();
  expect(store.document.layout.nodes['embed']).toBeUndefined();
});

test('a param set to its default is left out of the file', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const param = catalog.types.get('NoiseAugment')?.params['noiseLevel'];

  setParam(store, { node: 'noise', name: 'noiseLevel', param, value: 0 });

  expect(store.document.nodes['noise']).not.toHaveProperty('params');
});

test('adding a node with its wire is one step', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  const id = addNode(store, {
    type: 'CLIPImageEmbed',
    at: { x: 10.4, y: 20.6 },
    attachment: { kind: 'reads', from: { node: 'photo', output: 'image' }, input: 'image' },
  });

  expect(id).toBe('embed2');
  expect(store.document.nodes['embed2']).toEqual({ type: 'CLIPImageEmbed', inputs: { image: 'photo.image' } });
  expect(store.document.layout.nodes['embed2']).toEqual({ x: 10, y: 21 });
  expect(store.undoLabels).toHaveLength(1);
});

test('a node put into a wire reads the old source and feeds the old reader', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, crop: { type: 'ImageCrop' } }));

  insertOnLink(store, 'embed.image', { node: 'crop', input: 'image', output: 'image' });

  expect(store.document.nodes['crop']?.inputs).toEqual({ image: 'photo.image' });
  expect(store.document.nodes['embed']?.inputs?.['image']).toBe('crop.image');
});

test('a wire that is connected again loses the points of the old one', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, photo2: { type: 'LoadImage' } }));
  addReroutePoint(store, 'embed.image', 0, { x: 5, y: 5 });
  expect(store.document.layout.links).toEqual({ 'embed.image': { points: [{ x: 5, y: 5 }] } });

  connect(store, { node: 'photo2', output: 'image' }, { node: 'embed', input: 'image' });

  expect(store.document.layout.links).toBeUndefined();
});

test('a mode is set for all, and removed only when all have it', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  setMode(store, ['photo'], 'mute');

  toggleMode(store, ['photo', 'embed'], 'mute');
  expect([store.document.nodes['photo']?.mode, store.document.nodes['embed']?.mode]).toEqual(['mute', 'mute']);
  toggleMode(store, ['photo', 'embed'], 'mute');
  expect(store.document.nodes['photo']).not.toHaveProperty('mode');
});

test('an empty title gives a node the name of its type back', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));

  setTitle(store, 'photo', ' My cat ');
  expect(store.document.nodes['photo']?.title).toBe('My cat');
  setTitle(store, 'photo', '');
  expect(store.document.nodes['photo']).not.toHaveProperty('title');
});

test('looks do not change the meaning', () => {
  const { store } = storeOf(documentOf(IMAGE_PATH));
  const { nodes } = store.document;

  setColour(store, ['photo'], 'green');
  toggleCollapsed(store, ['photo']);
  setSeedMode(store, { node: 'noise', name: 'seed', mode: 'random' });

  expect(store.document.nodes).toBe(nodes);
});

test('seeds are advanced as their fields say, in one step', () => {
  const { store } = storeOf(documentOf({ ...IMAGE_PATH, noise2: { type: 'NoiseAugment', params: { seed: 7 } } }));
  setSeedMode(store, { node: 'noise', name: 'seed', mode: 'random' });
  setSeedMode(store, { node: 'noise2', name: 'seed', mode: 'increment' });
  const before = store.whole;

  // What a forecast asks about, with nothing changed.
  const next = withNextSeeds(
    before,
    (type) => catalog.types.get(type),
    () => 4711,
  );
  expect([next.nodes['noise']?.params?.['seed'], next.nodes['noise2']?.params?.['seed']]).toEqual([4711, 8]);
  expect(store.whole).toBe(before);

  advanceSeeds(
    store,
    (type) => catalog.types.get(type),
    () => 4711,
  );

  expect(store.document.nodes['noise']?.params?.['seed']).toBe(4711);
  expect(store.document.nodes['noise2']?.params?.['seed']).toBe(8);
  expect(store.undoLabels[0]).toBe('new seeds');
});

test('boxes are aligned to the edge of the box around them', () => {
  const boxes = new Map([
    ['a', { x: 0, y: 0, width: 100, height: 50 }],
    ['b', { x: 300, y: 90, width: 200, height: 50 }],
  ]);

  expect(aligned(boxes, 'right').get('a')).toEqual({ x: 400, y: 0 });
  expect(aligned(boxes, 'middle').get('a')).toEqual({ x: 0, y: 45 });
});

test('distributed boxes have equal gaps, and the outermost stay', () => {
  const boxes = new Map([
    ['c', { x: 500, y: 0, width: 100, height: 10 }],
    ['a', { x: 0, y: 0, width: 100, height: 10 }],
    ['b', { x: 120, y: 0, width: 200, height: 10 }],
  ]);

  const places = distributed(boxes, 'horizontal');

  expect([places.get('a')?.x, places.get('b')?.x, places.get('c')?.x]).toEqual([0, 200, 500]);
});

test('links can be found by their reader, and only while both ends exist', () => {
  const { nodes } = documentOf({ ...IMAGE_PATH, lost: { type: 'VAEDecode', inputs: { latent: 'nobody.latent' } } });

  expect(findLink(nodes, 'noise.embed')).toEqual({
    id: 'noise.embed',
    source: 'embed',
    output: 'embed',
    reader: 'noise',
    input: 'embed',
  });
  expect(findLink(nodes, 'lost.latent')).toBeUndefined();
});

test('a checkpoint is replaced in all nodes that name it, in one step, and the default one is left out', () => {
  const nodes = {
    model: { type: 'LoadModel', params: { checkpoint: 'tiny-unclip' } },
    prior: { type: 'LoadPrior', params: { checkpoint: 'tiny-unclip' } },
    other: { type: 'LoadModel', params: { checkpoint: 'sd21-unclip-h' } },
    photo: { type: 'LoadImage', params: { image: 'tiny-unclip' } },
  };
  const { store } = storeOf(documentOf(nodes));

  replaceCheckpoint(store, catalog, { from: 'tiny-unclip', to: 'emoji-unclip' });

  expect(store.document.nodes).toEqual({
    model: { type: 'LoadModel' },
    prior: { type: 'LoadPrior' },
    other: nodes.other,
    photo: nodes.photo,
  });
  expect(store.undoLabels).toEqual(['replace the checkpoint']);
});
