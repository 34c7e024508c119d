import { gridOf, imageOfBatch, isMadeAlike, keepCell, keepOfBatch, wordsForCell } from '@unclip-studio/editor/actions';
import { cardBoxes, findProblems, overlaps } from '@unclip-studio/editor/catalog';
import { readDocument, setParam, setSeedMode } from '@unclip-studio/editor/document';
import { makeSubgraph } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

/** Saved by the node `save`. */
const image = (index: number, count: number, node = 'save') => ({ node, index, count });

function opened(name?: string) {
  const { nodes, layout } = bundledWorkflow(name);
  return storeOf(documentOf(nodes, layout)).store;
}

test('one image of a batch is generated alone with the settings and seeds of its run, as one step', () => {
  const store = opened();
  const { whole: made } = store;
  setSeedMode(store, { node: 'noise', name: 'seed', mode: 'random' });
  setParam(store, { node: 'noise', name: 'seed', param: undefined, value: 5 });
  const before = store.document;
  const found = imageOfBatch(made, catalog, image(2, 4));

  expect(found).toEqual({
    ...{ source: 'sample', groups: [], path: ['decode', 'save'] },
    ...{ only: 'onlyImage', value: 3, count: 4 },
  });
  expect(isMadeAlike(before, made, 'save')).toBe(true);
  if (found === undefined) return;
  const added = keepOfBatch(store, catalog, { made, saver: 'save', image: found, isLarger: false });

  expect(added).toEqual([]);
  const { nodes, layout } = store.document;
  expect(nodes['sample']?.params).toEqual({ ...made.nodes['sample']?.params, onlyImage: 3 });
  expect(nodes['noise']).toEqual(made.nodes['noise']);
  expect(layout.nodes['noise']?.seeds).toBeUndefined();
  store.undo();
  expect(store.document.nodes).toEqual(before.nodes);
});

test('an image that is kept larger gets a second pass and a file of its own, on free places', () => {
  const store = opened();
  const { whole: made } = store;
  const found = imageOfBatch(made, catalog, image(1, 4));
  if (found === undefined) throw new Error('no image');

  const added = keepOfBatch(store, catalog, { made, saver: 'save', image: found, isLarger: true });

  const { nodes } = store.document;
  expect(added.map((id) => nodes[id]?.type)).toEqual(['LatentUpscale', 'UNetSample', 'VAEDecode', 'SaveImage']);
  const [large = '', second = '', decode = '', save = ''] = added;
  expect(nodes[large]?.inputs).toEqual({ latent: 'sample.latent' });
  expect(nodes[second]?.inputs).toEqual({
    unet: 'model.unet',
    prompt: 'prompt.conditioning',
    image: 'noise.condition',
    latent: `${large}.latent`,
  });
  // One guiding image: it draws the one latent that comes in.
  expect(nodes[second]?.params).toEqual({ guidanceScale: 3, scheduler: 'dpmpp-2m', denoise: 0.4 });
  expect(nodes[decode]?.inputs).toEqual({ vae: 'model.vae', latent: `${second}.latent` });
  expect(nodes[save]?.inputs).toEqual({ image: `${decode}.image` });
  expect(findProblems(store.document, catalog)).toEqual([]);
  const boxes = [...cardBoxes(store.document, catalog).values()];
  expect(boxes.filter((box, i) => boxes.some((other, k) => k > i && overlaps(box, other)))).toEqual([]);
});

test('where several images guide a batch, only the one of the kept image guides its second pass', () => {
  const store = opened();
  const { whole: made } = store;
  // Three photos, and four images of each.
  const found = imageOfBatch(made, catalog, image(6, 12));
  if (found === undefined) throw new Error('no image');

  const [, second = ''] = keepOfBatch(store, catalog, { made, saver: 'save', image: found, isLarger: true });

  expect(store.document.nodes['sample']?.params).toMatchObject({ count: 4, onlyImage: 7 });
  expect(store.document.nodes[second]?.params).toMatchObject({ onlyImage: 2 });
});

test('an image that was made from several others, or is generated alone already, is not one of a batch', () => {
  const { whole } = opened();
  const { nodes } = whole;
  const grid = {
    ...whole,
    nodes: {
      ...nodes,
      grid: { type: 'ImageGrid', inputs: { image: 'decode.image' } },
      save: { type: 'SaveImage', inputs: { image: 'grid.image' } },
    },
  };
  const sample = { type: 'UNetSample', ...nodes['sample'], params: { count: 4, onlyImage: 3 } };

  expect(imageOfBatch(grid, catalog, image(0, 4))).toBeUndefined();
  expect(imageOfBatch(whole, catalog, image(0, 4, 'outer/save'))).toBeUndefined();
  expect(imageOfBatch({ ...whole, nodes: { ...nodes, sample } }, catalog, image(0, 4))?.value).toBe(3);
  expect(isMadeAlike(grid, whole, 'save')).toBe(false);
});

test('an image of a sweep is kept with the values of its cell, without the sweep', () => {
  const { layout, nodes: bundled } = bundledWorkflow('sweep');
  const nodes = { ...bundled, each: { type: 'SaveImage', inputs: { image: 'sweep.images' } } };
  const { store } = storeOf(documentOf(nodes, layout));
  const { whole: made } = store;
  // Noise levels 0, 300 and 600 from left to right, and guidance 1 above 3.
  expect(bundled['sweep']?.params).toMatchObject({ xValues: '0..600 step 300', yValues: '1, 3' });

  // Two images of each cell; the second one of the last cell of the first row.
  const found = imageOfBatch(made, catalog, image(5, 12, 'each'));
  if (found === undefined) throw new Error('no image');
  keepOfBatch(store, catalog, { made, saver: 'each', image: found, isLarger: false });

  expect(found).toMatchObject({ source: 'sample', value: 2, count: 2 });
  expect(found.cell && wordsForCell(made, catalog, found.cell)).toBe(
    'Noise Augment: noise level 600, Sampler (UNet Sample): guidance scale 1',
  );
  const { each, sample, noise } = store.whole.nodes;
  expect(each?.inputs).toEqual({ image: 'decode.image' });
  expect(sample?.params).toMatchObject({ onlyImage: 2, guidanceScale: 1 });
  expect(noise?.params).toMatchObject({ noiseLevel: 600 });
  expect(findProblems(store.document, catalog)).toEqual([]);
  // As many as cannot be of all cells, and the grid of all of them.
  expect(imageOfBatch(made, catalog, image(0, 7, 'each'))).toBeUndefined();
  expect(imageOfBatch(made, catalog, image(0, 1))).toBeUndefined();
});

test('a cell of the grid that a sweep makes is kept with its values, without the sweep, whatever resizes the grid', () => {
  const { layout, nodes: bundled } = bundledWorkflow('sweep');
  const small = { type: 'ImageResize', inputs: { image: 'sweep.image' }, params: { width: 64, height: 64 } };
  const save = { type: 'SaveImage', inputs: { image: 'small.image' } };
  const { store } = storeOf(documentOf({ ...bundled, small, save }, layout));
  const { whole: made } = store;

  const grid = gridOf(made, catalog, 'save');
  const [, , , cell] = grid?.cells ?? [];
  if (grid === undefined || cell === undefined) throw new Error('no cells');
  keepCell(store, { made, saver: 'save', cell: { ...cell, link: grid.link } });

  expect(grid.cells).toHaveLength(6);
  expect(store.whole.nodes['small']?.inputs).toEqual({ image: 'decode.image' });
  expect(store.whole.nodes['noise']?.params).toMatchObject({ noiseLevel: 0 });
  expect(store.whole.nodes['sample']?.params).toMatchObject({ guidanceScale: 3 });
  expect(findProblems(store.document, catalog)).toEqual([]);
  store.undo();
  expect(store.whole).toEqual(made);
  // Neither the images of the cells nor those of a batch are a grid.
  const each = { type: 'SaveImage', inputs: { image: 'sweep.images' } };
  expect(gridOf({ ...made, nodes: { ...made.nodes, each } }, catalog, 'each')).toBeUndefined();
  expect(gridOf(opened().whole, catalog, 'save')).toBeUndefined();
});

/** The example with some of its nodes as one. */
function grouped(...ids: readonly string[]) {
  const { whole } = opened();
  const made = makeSubgraph(whole, new Set(ids), { name: 'Draw', id: 'draw' }, catalog);
  if (!('nodes' in made) || !('format' in made)) throw new Error('not grouped');
  return storeOf(readDocument(made)).store;
}

test('an image whose sampler is inside of a subgraph is chosen for that use of it alone', () => {
  const store = grouped('sample', 'decode');
  const { whole: made } = store;
  const found = imageOfBatch(made, catalog, image(2, 4));
  if (found === undefined) throw new Error('no image');

  keepOfBatch(store, catalog, { made, saver: 'save', image: found, isLarger: false });

  expect(found).toMatchObject({ source: 'sample', groups: ['draw'], value: 3 });
  expect(isMadeAlike(store.whole, made, 'save')).toBe(true);
  const { subgraphs, nodes } = store.whole;
  expect(subgraphs?.['Draw']?.params).toMatchObject({ onlyImage: 'sample.onlyImage' });
  expect(subgraphs?.['Draw']?.nodes).toEqual(made.subgraphs?.['Draw']?.nodes);
  expect(nodes['draw']?.params).toMatchObject({ onlyImage: 3 });
  expect(findProblems(store.document, catalog)).toEqual([]);
  store.undo();
  expect(store.whole).toEqual(made);
});

test('an image that is saved inside of a subgraph is found outside of it, and another inside is another workflow', () => {
  const store = grouped('decode', 'save');
  const { whole: made } = store;
  const found = imageOfBatch(made, catalog, image(1, 4, 'draw/save'));
  if (found === undefined) throw new Error('no image');

  keepOfBatch(store, catalog, { made, saver: 'draw/save', image: found, isLarger: false });

  expect(found).toMatchObject({ source: 'sample', groups: [], path: [], value: 2 });
  expect(store.whole.nodes['sample']?.params).toMatchObject({ onlyImage: 2 });
  const { Draw = { nodes: {} } } = made.subgraphs ?? {};
  const other = { ...made, subgraphs: { Draw: { ...Draw, nodes: { ...Draw.nodes, more: { type: 'VAEDecode' } } } } };
  expect(isMadeAlike(other, made, 'draw/save')).toBe(false);
});
