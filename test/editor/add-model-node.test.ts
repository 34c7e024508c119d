import { addModelNode, sweepParam } from '@unclip-studio/editor/actions';
import { cardBoxes, findProblems, onlySources, overlaps } from '@unclip-studio/editor/catalog';
import { describe, expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';
import { catalog, documentOf, storeOf } from './support/rig.js';

const AT = { x: 0, y: 0 };

function opened(name?: string) {
  const { nodes, layout } = bundledWorkflow(name);
  return storeOf(documentOf(nodes, layout)).store;
}

describe('an installed model that is added to the workflow', () => {
  test('as a LoRA changes the model for all that reads it, after those that are there, as one step', () => {
    const store = opened();
    const before = store.document;

    const first = addModelNode(store, catalog, { type: 'lora', name: 'a.safetensors', at: AT }) ?? '';
    const second = addModelNode(store, catalog, { type: 'lora', name: 'b.safetensors', at: AT }) ?? '';

    const { nodes } = store.document;
    expect(nodes[first]).toEqual({
      ...{ type: 'ApplyLora', params: { lora: 'a.safetensors' } },
      inputs: { unet: 'model.unet', text: 'model.text' },
    });
    expect(nodes[second]?.inputs).toEqual({ unet: `${first}.unet`, text: `${first}.text` });
    expect(nodes['sample']?.inputs?.['unet']).toBe(`${second}.unet`);
    expect(nodes['prompt']?.inputs?.['text']).toBe(`${second}.text`);
    const boxes = [...cardBoxes(store.document, catalog).values()];
    expect(boxes.filter((box, i) => boxes.some((other, k) => k > i && overlaps(box, other)))).toEqual([]);
    store.undo();
    store.undo();
    expect(store.document.nodes).toEqual(before.nodes);
  });

  test('of another kind gets a node of its own, and of none is not added', () => {
    const store = opened();

    const vae = addModelNode(store, catalog, { type: 'vae', name: 'good.safetensors', at: AT }) ?? '';

    expect(store.document.nodes[vae]?.params).toEqual({ file: 'good.safetensors' });
    expect(addModelNode(store, catalog, { type: 'checkpoint', name: 'sd', at: AT })).toBeUndefined();
  });
});

describe('values of a setting that are compared', () => {
  test('are columns, then rows of the sweep before what saves the image, and begin with the current value', () => {
    const store = opened();
    const before = store.document;

    const x = sweepParam(store, catalog, { node: 'sample', param: 'guidanceScale' });
    const y = sweepParam(store, catalog, { node: 'noise', param: 'noiseLevel' });

    const id = x?.sweep ?? '';
    expect([x, y]).toEqual([
      { sweep: id, values: 'xValues' },
      { sweep: id, values: 'yValues' },
    ]);
    const { nodes } = store.document;
    expect(nodes[id]).toEqual({
      type: 'Sweep',
      inputs: { image: 'decode.image' },
      params: { x: 'sample.guidanceScale', xValues: '3', y: 'noise.noiseLevel', yValues: '0' },
    });
    expect(nodes['save']?.inputs).toEqual({ image: `${id}.image` });
    expect(findProblems(store.document, catalog)).toEqual([]);
    // The same again only goes there; a third one has no place.
    expect(sweepParam(store, catalog, { node: 'noise', param: 'noiseLevel' })).toEqual(y);
    expect(sweepParam(store, catalog, { node: 'sample', param: 'steps' })).toBeUndefined();
    store.undo();
    store.undo();
    expect(store.document.nodes).toEqual(before.nodes);
  });

  test('need an image that depends on the setting', () => {
    const store = storeOf(documentOf({ model: { type: 'LoadModel' }, sample: { type: 'UNetSample' } })).store;

    expect(sweepParam(store, catalog, { node: 'sample', param: 'steps' })).toBeUndefined();
    expect(Object.keys(store.document.nodes)).toEqual(['model', 'sample']);
  });
});

describe('a node that is added to a wire', () => {
  const nodes = { model: { type: 'LoadModel' }, sample: { type: 'UNetSample', inputs: { unet: 'model.unet' } } };
  const sourcesOf = (type: string, wireType: string, more = {}, reader?: string) => {
    const definition = catalog.types.get(type);
    if (definition === undefined) throw new Error(type);
    return onlySources(documentOf({ ...nodes, ...more }), catalog, { definition, wireType, reader });
  };

  test('is connected to the only VAE or text encoder, and to none of two', () => {
    expect(sourcesOf('VAEDecode', 'latent')).toEqual({ vae: { node: 'model', output: 'vae' } });
    expect(sourcesOf('TextEncode', 'conditioning', {}, 'sample')).toEqual({ text: { node: 'model', output: 'text' } });
    expect(sourcesOf('VAEDecode', 'latent', { other: { type: 'LoadModel' } })).toEqual({});
  });

  test('is not connected to what will read it, nor twice to what the wire carries', () => {
    const decode = { decode: { type: 'VAEDecode', inputs: { latent: 'sample.latent' } } };
    expect(sourcesOf('ImageCompositeMasked', 'image', decode)).toEqual({});
    expect(sourcesOf('VAEEncode', 'latent', decode, 'sample')).toEqual({ vae: { node: 'model', output: 'vae' } });
  });
});
