import { imageOfBatch, isMadeAlike, keepOfBatch } from '@unclip-studio/editor/actions';
import { cardBoxes, findProblems, overlaps } from '@unclip-studio/editor/catalog';
import { setParam, setSeedMode } from '@unclip-studio/editor/document';
import { expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

function opened(name?: string) {
  const { nodes, layout } = bundledWorkflow(name);
  return storeOf(documentOf(nodes, layout)).store;
}

test('one image of a batch is generated alone with the settings and seeds of its run, as one step', () => {
  const store = opened();
  const { nodes: made } = store.document;
  setSeedMode(store, { node: 'noise', name: 'seed', mode: 'random' });
  setParam(store, { node: 'noise', name: 'seed', param: undefined, value: 5 });
  const before = store.document;
  const image = imageOfBatch(made, catalog, { node: 'save', index: 2 });

  expect(image).toEqual({ source: 'sample', path: ['decode', 'save'], only: 'onlyImage', value: 3 });
  expect(isMadeAlike(before.nodes, made, 'save')).toBe(true);
  if (image === undefined) return;
  const added = keepOfBatch(store, catalog, { made, image, isLarger: false, count: 4 });

  expect(added).toEqual([]);
  const { nodes, layout } = store.document;
  expect(nodes['sample']?.params).toEqual({ ...made['sample']?.params, onlyImage: 3 });
  expect(nodes['noise']).toEqual(made['noise']);
  expect(layout.nodes['noise']?.seeds).toBeUndefined();
  store.undo();
  expect(store.document.nodes).toEqual(before.nodes);
});

test('an image that is kept larger gets a second pass and a file of its own, on free places', () => {
  const store = opened();
  const { nodes: made } = store.document;
  const image = imageOfBatch(made, catalog, { node: 'save', index: 1 });
  if (image === undefined) throw new Error('no image');

  const added = keepOfBatch(store, catalog, { made, image, isLarger: true, count: 4 });

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
  const { nodes: made } = store.document;
  // Three photos, and four images of each.
  const image = imageOfBatch(made, catalog, { node: 'save', index: 6 });
  if (image === undefined) throw new Error('no image');

  const [, second = ''] = keepOfBatch(store, catalog, { made, image, isLarger: true, count: 12 });

  expect(store.document.nodes['sample']?.params).toMatchObject({ count: 4, onlyImage: 7 });
  expect(store.document.nodes[second]?.params).toMatchObject({ onlyImage: 2 });
});

test('an image that was made from several others, or is generated alone already, is not one of a batch', () => {
  const { nodes } = opened().document;
  const grid = {
    ...nodes,
    grid: { type: 'ImageGrid', inputs: { image: 'decode.image' } },
    save: { type: 'SaveImage', inputs: { image: 'grid.image' } },
  };
  const alone = { ...nodes, sample: { type: 'UNetSample', ...nodes['sample'], params: { count: 4, onlyImage: 3 } } };

  expect(imageOfBatch(grid, catalog, { node: 'save', index: 0 })).toBeUndefined();
  expect(imageOfBatch(nodes, catalog, { node: 'outer/save', index: 0 })).toBeUndefined();
  expect(imageOfBatch(alone, catalog, { node: 'save', index: 0 })?.value).toBe(3);
  expect(isMadeAlike(grid, nodes, 'save')).toBe(false);
});
