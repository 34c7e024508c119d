import {
  addMaskBeside,
  maskNodeOf,
  promptOf,
  redrawingNode,
  replaceMask,
  upscalingOf,
  wireInpainting,
} from '@unclip-studio/editor/actions';
import {
  cardBoxes,
  findProblems,
  freePlace,
  imageUnderMask,
  overlaps,
  readsPaintedMask,
} from '@unclip-studio/editor/catalog';
import { type DocumentStore, paste, setParam, setWorkflowInput, toggleMode } from '@unclip-studio/editor/document';
import { describe, expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

function opened(name?: string) {
  const { nodes, layout } = bundledWorkflow(name);
  return storeOf(documentOf(nodes, layout)).store;
}

const MASK = 'a'.repeat(64);

test('a result that is upscaled gets nodes of its own, in one step, and says which model they need', () => {
  const store = opened();
  const before = store.document;
  const template = opened('upscale-model').document;
  const { requires } = bundledWorkflow('upscale-model');

  const added = upscalingOf({ ...template, ...(requires && { requires }) }, catalog, 'variation.png');
  paste(store, added, { offset: { x: 0, y: 3000 } });

  const { nodes } = store.document;
  const fresh = Object.keys(nodes).filter((id) => before.nodes[id] === undefined);
  const types = fresh.map((id) => nodes[id]?.type);
  expect(types.sort()).toEqual(['ImageScaleToTotalPixels', 'ImageUpscale', 'LoadImage', 'LoadUpscaler', 'SaveImage']);
  expect(
    fresh
      .flatMap((id) => Object.values(nodes[id]?.inputs ?? {}))
      .every((link) => fresh.includes(link.split('.')[0] ?? '')),
  ).toBe(true);
  expect(fresh.some((id) => nodes[id]?.params?.['image'] === 'variation.png')).toBe(true);
  expect(Object.entries(before.nodes).every(([id, node]) => nodes[id] === node)).toBe(true);
  expect(requires).toHaveLength(1);
  expect(store.document.requires).toEqual(requires);
  store.undo();
  expect(store.document.nodes).toEqual(before.nodes);
});

describe('a result that is inpainted', () => {
  test('goes with its mask to the sampler that made it, as one step, and the workflow can run', () => {
    const store = opened();
    const before = store.document;
    const sampler = redrawingNode(store.document, catalog, 'save') ?? '';

    wireInpainting(store, catalog, { sampler, image: { name: 'variation.png' }, mask: MASK, prompt: 'a red hat' });

    const { sample, encode, photo, photo2, loadMask, prompt } = store.document.nodes;
    expect(sampler).toBe('sample');
    expect(sample?.inputs).toEqual({
      ...before.nodes['sample']?.inputs,
      latent: 'encode.latent',
      mask: 'loadMask.mask',
    });
    expect(encode).toEqual({
      type: 'VAEEncode',
      inputs: { vae: 'model.vae', image: 'photo2.image' },
      params: { sampled: false },
    });
    expect(photo2).toEqual({ type: 'LoadImage', params: { image: 'variation.png' } });
    expect(loadMask).toEqual({ type: 'LoadMask', params: { image: MASK, channel: 'brightness' } });
    expect(photo).toEqual(before.nodes['photo']);
    expect(prompt?.params).toEqual({ prompt: 'a red hat' });
    expect(findProblems(store.document, catalog)).toEqual([]);
    expect(store.undo()).toBe('inpaint');
    expect(store.document).toEqual(before);
  });

  const cut = { width: 512, height: 512, fit: 'cover' };

  /** A photo that is resized on its way to the sampler. */
  function openedResized(params: Readonly<Record<string, unknown>> = cut) {
    const store = opened();
    store.edit('add', (draft) => {
      draft.nodes['photo3'] = { type: 'LoadImage', params: { image: 'wide.png' } };
      draft.nodes['fit'] = { type: 'ImageResize', inputs: { image: 'photo3.image' }, params: { ...params } };
      draft.nodes['encode'] = { type: 'VAEEncode', inputs: { vae: 'model.vae', image: 'fit.image' } };
      const sample = draft.nodes['sample'];
      if (sample !== undefined) sample.inputs = { ...sample.inputs, latent: 'encode.latent' };
      for (const id of ['photo3', 'fit', 'encode']) draft.layout.nodes[id] = { x: 0, y: 4000 };
    });
    const wire = () => wireInpainting(store, catalog, { sampler: 'sample', image: { node: 'photo3' }, mask: MASK });
    return { store, wire };
  }

  const set = (store: DocumentStore, node: string, name: string, value: unknown) =>
    setParam(store, { node, name, value, param: catalog.types.get('ImageResize')?.params[name] });

  test('gets its mask cut as the image is on its way to the sampler, and again when that has changed', () => {
    const { store, wire } = openedResized();

    wire();

    const { nodes } = store.document;
    expect(nodes['maskResize']).toEqual({ type: 'MaskResize', inputs: { mask: 'loadMask.mask' }, params: cut });
    expect(nodes['sample']?.inputs).toMatchObject({ mask: 'maskResize.mask', latent: 'encode.latent' });
    expect(maskNodeOf(store.document, catalog, 'sample')).toBe('loadMask');
    // From left to right, as everything else.
    const boxes = cardBoxes(store.document, catalog);
    const [loads, cuts, reads] = ['loadMask', 'maskResize', 'sample'].map((id) => boxes.get(id));
    expect((loads?.x ?? 0) + (loads?.width ?? 0)).toBeLessThan(cuts?.x ?? 0);
    expect((cuts?.x ?? 0) + (cuts?.width ?? 0)).toBeLessThan(reads?.x ?? 0);
    expect(imageUnderMask(store.document, catalog, 'loadMask')).toBe('photo3');
    expect(findProblems(store.document, catalog)).toEqual([]);

    // From the card of the photo, and from the card of the mask.
    for (const paintAgain of [wire, () => replaceMask(store, catalog, { node: 'loadMask', mask: MASK })]) {
      set(store, 'maskResize', 'height', 128);
      set(store, 'fit', 'height', 256);
      expect(store.document.nodes['maskResize']?.params).toEqual({ ...cut, height: 128 });
      paintAgain();
      expect(store.document.nodes['maskResize']?.params).toEqual({ ...cut, height: 256 });
      expect(Object.keys(store.document.nodes)).toEqual(Object.keys(nodes));
    }
  });

  test.each([
    ['height', 256],
    ['fit', 'stretch'],
    ['fit', 'inside'],
    ['filter', 'box'],
    ['numerics', 'comfyui'],
  ])('keeps its mask aligned when the %s of the image becomes %s, in one step', (name, value) => {
    const { store, wire } = openedResized();
    wire();
    const before = store.document;

    set(store, 'fit', name, value);

    const { fit, maskResize } = store.document.nodes;
    expect(fit?.params).not.toEqual(before.nodes['fit']?.params);
    expect(maskResize?.params).toEqual(fit?.params);
    store.undo();
    expect(store.document.nodes).toEqual(before.nodes);
    store.redo();
    expect(store.document.nodes).toMatchObject({ fit, maskResize });
  });

  test('keeps its mask aligned also if the image was not cut at first, is bypassed, or is set by an input of the form', () => {
    const { store, wire } = openedResized({ width: 512 });
    wire();

    set(store, 'fit', 'height', 384);
    set(store, 'fit', 'fit', 'cover');
    expect(store.document.nodes['maskResize']?.params).toEqual({ width: 512, height: 384, fit: 'cover' });
    toggleMode(store, ['fit'], 'bypass');
    expect(store.document.nodes['maskResize']?.mode).toBe('bypass');
    toggleMode(store, ['fit'], 'bypass');
    expect(store.document.nodes['maskResize']?.mode).toBeUndefined();
    setWorkflowInput(store, 'height', { to: ['fit.height'] });
    expect(store.document.inputs?.['height']?.to).toEqual(['fit.height', 'maskResize.height']);
    store.undo();
    expect(store.document.inputs?.['height']).toBeUndefined();
    expect(findProblems(store.document, catalog)).toEqual([]);
  });

  test('leaves a mask alone that the user cut otherwise', () => {
    const { store, wire } = openedResized();
    wire();
    set(store, 'maskResize', 'filter', 'box');

    set(store, 'fit', 'height', 256);

    expect(store.document.nodes['maskResize']?.params).toEqual({ ...cut, filter: 'box' });
  });

  test('loses the node that cut its mask once the image is no longer cut', () => {
    const { store, wire } = openedResized();
    wire();
    store.edit('connect', (draft) => {
      const { encode } = draft.nodes;
      if (encode !== undefined) encode.inputs = { ...encode.inputs, image: 'photo3.image' };
    });

    wire();

    expect(store.document.nodes['maskResize']).toBeUndefined();
    expect(store.document.nodes['sample']?.inputs?.['mask']).toBe('loadMask.mask');
    expect(findProblems(store.document, catalog)).toEqual([]);
  });

  test('gets cards that lie on no other', () => {
    const store = opened();

    wireInpainting(store, catalog, { sampler: 'sample', image: { name: 'variation.png' }, mask: MASK });

    const boxes = [...cardBoxes(store.document, catalog)];
    const covered = boxes.flatMap(([id, box], i) =>
      boxes.slice(i + 1).flatMap(([other, otherBox]) => (overlaps(box, otherBox) ? [`${id} and ${other}`] : [])),
    );
    expect(boxes).toHaveLength(11);
    expect(covered).toEqual([]);
  });

  test('replaces the previous one when it is inpainted again', () => {
    const store = opened();
    const parts = { sampler: 'sample', image: { name: 'variation.png' }, mask: MASK };
    wireInpainting(store, catalog, parts);
    const ids = Object.keys(store.document.nodes);

    const touched = wireInpainting(store, catalog, {
      ...parts,
      image: { name: 'inpainted.png' },
      mask: 'b'.repeat(64),
    });

    expect(Object.keys(store.document.nodes)).toEqual(ids);
    expect(touched.toSorted()).toEqual(['loadMask', 'photo2']);
    expect(store.document.nodes['photo2']?.params).toEqual({ image: 'inpainted.png' });
    expect(store.document.nodes['loadMask']?.params).toMatchObject({ image: 'b'.repeat(64) });
  });

  test('leaves alone what other nodes read as well', () => {
    const store = opened('inpaint');
    const { photo, resize, mask } = store.document.nodes;

    wireInpainting(store, catalog, { sampler: 'sample', image: { name: 'inpainted.png' }, mask: MASK });

    const { nodes } = store.document;
    expect([nodes['photo'], nodes['resize'], nodes['mask']]).toEqual([photo, resize, mask]);
    expect(nodes['encode']?.inputs).toMatchObject({ image: 'photo2.image', generator: 'noise.generator' });
    expect(nodes['sample']?.inputs).toMatchObject({ latent: 'encode.latent', mask: 'loadMask.mask' });
    expect(findProblems(store.document, catalog)).toEqual([]);
  });

  test('goes to the node that a model for inpainting has for both', () => {
    const store = opened('inpaint-checkpoint');

    wireInpainting(store, catalog, { sampler: 'sample', image: { name: 'inpainted.png' }, mask: MASK });

    const { inpaint, sample, photo } = store.document.nodes;
    expect(sample?.inputs).toMatchObject({ latent: 'inpaint.latent', map: 'inpaint.map' });
    expect(sample?.inputs?.['mask']).toBeUndefined();
    expect(inpaint?.inputs).toMatchObject({ image: 'photo.image', mask: 'loadMask.mask' });
    expect(photo?.params).toEqual({ image: 'inpainted.png' });
    expect(findProblems(store.document, catalog)).toEqual([]);
  });

  test('is redrawn by the nearest sampler before it, or by the first one', () => {
    const store = opened('two-pass');
    const samplers = Object.entries(store.document.nodes).filter(([, { type }]) => type === 'UNetSample');
    const [first, second] = samplers.map(([id]) => id);

    expect(redrawingNode(store.document, catalog, 'save')).toBe(second);
    expect(redrawingNode(store.document, catalog, 'gone')).toBe(first);
    expect(redrawingNode(documentOf({ photo: { type: 'LoadImage' } }), catalog)).toBeUndefined();
  });
});

describe('a mask painted over the image of a node', () => {
  test('connects to the sampler downstream of the image, cut as the image is, and leaves the image’s link unchanged', () => {
    const store = opened('erased');
    const { encode, resize, sample } = store.document.nodes;
    expect(resize?.params).toMatchObject({ fit: 'cover' });

    wireInpainting(store, catalog, { sampler: 'sample', image: { node: 'photo' }, mask: MASK });

    const { nodes } = store.document;
    expect([nodes['encode'], nodes['resize']]).toEqual([encode, resize]);
    expect(nodes['sample']).toEqual({ ...sample, inputs: { ...sample?.inputs, mask: 'maskResize.mask' } });
    expect(nodes['maskResize']).toMatchObject({ inputs: { mask: 'erased.mask' }, params: resize?.params });
    expect(nodes['erased']?.params).toEqual({ image: MASK, channel: 'brightness' });
  });

  test('encodes an image that was only used as a condition', () => {
    const store = opened();

    wireInpainting(store, catalog, { sampler: 'sample', image: { node: 'photo' }, mask: MASK });

    const { encode, sample } = store.document.nodes;
    expect(encode?.inputs).toEqual({ vae: 'model.vae', image: 'photo.image' });
    expect(sample?.inputs).toMatchObject({ latent: 'encode.latent', mask: 'loadMask.mask' });
  });

  test('is placed next to the image if nothing redraws it', () => {
    const { store } = storeOf(documentOf({ photo: { type: 'LoadImage', params: { image: 'cat.png' } } }));

    const id = addMaskBeside(store, catalog, { node: 'photo', mask: MASK }) ?? '';

    expect(store.document.nodes[id]?.params).toEqual({ image: MASK, channel: 'brightness' });
  });
});

test('the image under a mask is what the sampler redraws', () => {
  const { document } = opened('erased');

  expect(imageUnderMask(document, catalog, 'erased')).toBe('photo');
  expect(maskNodeOf(document, catalog, 'sample')).toBe('erased');
  expect(readsPaintedMask(document, catalog, 'erased')).toBe(false);
});

test('the prompt is found behind the nodes that change it', () => {
  const { document } = opened('inpaint-checkpoint');

  expect(promptOf(document, catalog, 'sample')).toMatchObject({ node: 'prompt', name: 'prompt', value: 'a parrot' });
});

test('a box goes to the nearest free position', () => {
  const box = { x: 0, y: 0, width: 100, height: 100 };

  expect(freePlace([], box)).toEqual({ x: 0, y: 0 });
  expect(freePlace([{ x: 50, y: 10, width: 200, height: 50 }], box)).toEqual({ x: -82, y: 0 });
  const row = [0, 110, 220].map((x) => ({ ...box, x }));
  const { x, y } = freePlace(row, { ...box, x: 110, y: 5 });
  expect([x, Math.abs(y)]).toEqual([110, 132]);
});
