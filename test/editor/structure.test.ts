import { catalogOfStore, findProblems } from '@unclip-studio/editor/catalog';
import {
  addPort,
  advanceSeeds,
  copyText,
  DocumentStore,
  EMPTY_DOCUMENT,
  groupNodes,
  paste,
  promoteParam,
  readCopied,
  readDocument,
  removePort,
  renamePort,
  setParam,
  setSeedMode,
  setWorkflowInput,
  ungroup,
} from '@unclip-studio/editor/document';
import { cardsFor, createRunState } from '@unclip-studio/editor/live';
import { forecastRows } from '@unclip-studio/editor/running';
import { canonicalJson, describeDiagnostic, formatWorkflow, planRun, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH, storeOf } from './support/rig.js';

const SAVED = {
  ...IMAGE_PATH,
  prompt: { type: 'TextEncode', inputs: { text: 'model.text' } },
  sample: {
    type: 'UNetSample',
    inputs: {
      unet: 'model.unet',
      prompt: 'prompt.conditioning',
      image: 'noise.condition',
      generator: 'noise.generator',
    },
  },
  decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
  save: { type: 'SaveImage', inputs: { image: 'decode.image' } },
};
const INSIDE = ['embed', 'noise', 'prompt', 'sample', 'decode'];

function grouped() {
  const { store, wait } = storeOf(documentOf(SAVED));
  const id = groupNodes(store, INSIDE, catalog);
  if (typeof id !== 'string') throw new Error('not grouped');
  return { store, wait, id };
}

/** What would be evaluated, by type and settings, without the ids. */
function runNodes(workflow: Workflow): readonly string[] {
  const plan = planRun(workflow, catalog);
  if (!plan.ok) throw new Error(plan.diagnostics.map(describeDiagnostic).join(' '));
  const { nodes } = plan.value;
  return nodes
    .map(({ definition, params, inputs }) =>
      canonicalJson([
        definition.type,
        params,
        inputs.map(({ input, source }) => [input, nodes[source]?.definition.type]),
      ]),
    )
    .sort();
}

describe('a subgraph in the editor', () => {
  test('is made, entered, edited and dissolved, and undo all and redo all give the same bytes', () => {
    const { store, wait } = storeOf(documentOf(SAVED));
    const texts = [formatWorkflow(store.whole)];
    const step = (act: () => unknown) => {
      wait(1000);
      act();
      texts.push(formatWorkflow(store.whole));
    };

    step(() => groupNodes(store, INSIDE, catalog));
    store.enter('group');
    step(() => setParam(store, { node: 'noise', name: 'noiseLevel', param: undefined, value: 300 }));
    step(() => promoteParam(store, 'noise.noiseLevel', true));
    step(() => renamePort(store, { subgraph: 'group', kind: 'params', from: 'noiseLevel', to: 'distance' }));
    step(() => renamePort(store, { subgraph: 'group', kind: 'outputs', from: 'image', to: 'picture' }));
    store.leave(0);
    step(() => setWorkflowInput(store, 'distance', { to: ['group.distance'] }));
    step(() => ungroup(store, 'group', catalog));

    expect(store.whole.inputs).toEqual({ distance: { to: ['noise.noiseLevel'] } });
    expect(store.whole.subgraphs).toBeUndefined();
    expect(Object.keys(store.whole.nodes).sort()).toEqual(Object.keys(SAVED).sort());
    for (const text of texts.slice(0, -1).reverse()) {
      store.undo();
      expect(formatWorkflow(store.whole)).toBe(text);
    }
    for (const text of texts.slice(1)) {
      store.redo();
      expect(formatWorkflow(store.whole)).toBe(text);
    }
  });

  test('is made and dissolved inside another one, whose ports and params lead through it', () => {
    const { store, id } = grouped();
    store.enter(id);
    promoteParam(store, 'noise.noiseLevel', true);
    const before = formatWorkflow(store.whole);
    const planBefore = runNodes(store.whole);

    const inner = groupNodes(store, ['embed', 'noise', 'decode', 'sample', 'prompt'], catalog) as string;
    const made = store.whole.subgraphs;
    const planMade = runNodes(store.whole);
    ungroup(store, inner, catalog);
    const planDissolved = runNodes(store.whole);
    expect(Object.keys(store.whole.subgraphs ?? {})).toEqual(['group']);
    store.undo();
    store.undo();

    expect(made?.['group']?.params).toEqual({ noiseLevel: 'group2.noiseLevel' });
    expect(made?.['group']?.outputs).toEqual({ image: 'group2.image' });
    expect(Object.keys(made?.['group']?.nodes ?? {})).toEqual(['group2']);
    expect(planMade).toEqual(planBefore);
    expect(planDissolved).toEqual(planBefore);
    expect(formatWorkflow(store.whole)).toBe(before);
  });

  test('shows its inside as the document, and the whole stays what is saved', () => {
    const { store, id } = grouped();

    store.enter(id);
    setParam(store, { node: 'noise', name: 'seed', param: undefined, value: 7 });

    expect(Object.keys(store.document.nodes).sort()).toEqual([...INSIDE].sort());
    expect(store.runId('noise')).toBe('group/noise');
    expect(Object.keys(store.whole.nodes).sort()).toEqual(['group', 'model', 'photo', 'save']);
    expect(store.whole.subgraphs?.['group']?.nodes['noise']?.params).toEqual({ noiseLevel: 100, seed: 7 });
    expect(Object.keys(store.document.layout.nodes).sort()).toEqual([...INSIDE].sort());
  });

  test('is left when undo removes it, and entered when a step inside is undone', () => {
    const { store, id } = grouped();
    store.enter(id);
    setParam(store, { node: 'noise', name: 'seed', param: undefined, value: 7 });
    store.leave(0);

    store.undo();
    const inside = store.scope.map(({ node }) => node);
    store.undo();

    expect(inside).toEqual(['group']);
    expect(store.scope).toEqual([]);
    expect(store.document).toBe(store.whole);
  });

  test('keeps its uses connected when a port is renamed, and rejects names that are in use', () => {
    const { store } = grouped();
    const rename = (from: string, to: string) => renamePort(store, { subgraph: 'group', kind: 'outputs', from, to });

    expect(rename('image', 'picture')).toBe(true);
    expect(store.document.nodes['save']?.inputs).toEqual({ image: 'group.picture' });
    expect(renamePort(store, { subgraph: 'group', kind: 'inputs', from: 'vae', to: 'unet' })).toBe(false);
    expect(findProblems(store.whole, catalog)).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ field: 'image' })]),
    );
  });

  test('gets further ports, and loses them with the wires, values and inputs that stood on them', () => {
    const { store, id } = grouped();
    const before = formatWorkflow(store.whole);
    store.enter(id);
    addPort(store, { kind: 'outputs', place: 'embed.embed', type: 'embed' });
    addPort(store, { kind: 'inputs', place: 'sample.mask', type: 'mask' });
    promoteParam(store, 'sample.count', true);
    store.leave(0);
    setParam(store, { node: id, name: 'count', param: undefined, value: 2 });
    setWorkflowInput(store, 'many', { to: ['group.count'] });
    expect(catalogOfStore(() => catalog, store).types.get('subgraph:group')).toMatchObject({
      inputs: { mask: { type: 'mask', optional: true } },
      outputs: { embed: { type: 'embed' } },
      params: { count: { kind: 'integer' } },
    });

    removePort(store, 'group', 'params', 'count');
    removePort(store, 'group', 'inputs', 'mask');
    removePort(store, 'group', 'outputs', 'embed');

    expect(formatWorkflow(store.whole)).toBe(before);
    removePort(store, 'group', 'outputs', 'image');
    expect(store.whole.nodes['save']).toEqual({ type: 'SaveImage' });
  });

  test('is copied along with its nodes, and a different one of the same name gets another name', () => {
    const { store, id } = grouped();
    const copied = readCopied(copyText(store.document, [id]));
    if (!copied.ok) throw new Error('nothing copied');
    const elsewhere = new DocumentStore(EMPTY_DOCUMENT, { now: () => 0 });
    const other = grouped().store;
    other.enter('group');
    setParam(other, { node: 'noise', name: 'noiseLevel', param: undefined, value: 999 });
    other.leave(0);

    paste(elsewhere, copied.value, { offset: { x: 0, y: 0 } });
    paste(elsewhere, copied.value, { offset: { x: 0, y: 0 } });
    paste(other, copied.value, { offset: { x: 0, y: 0 } });

    expect(Object.keys(elsewhere.whole.subgraphs ?? {})).toEqual(['group']);
    expect(Object.values(elsewhere.whole.nodes).map(({ type }) => type)).toEqual(['subgraph:group', 'subgraph:group']);
    expect(Object.keys(other.whole.subgraphs ?? {})).toEqual(['group', 'group2']);
    expect(other.whole.nodes['group2']?.type).toBe('subgraph:group2');
  });

  test('errors inside are reported at the node inside, and outside at its subgraph node', () => {
    const { store, id } = grouped();
    store.enter(id);
    setParam(store, { node: 'noise', name: 'noiseLevel', param: undefined, value: 5000 });

    const inside = findProblems(store.whole, catalog, store.scope);
    const outside = findProblems(store.whole, catalog);

    expect(inside[0]).toMatchObject({ nodes: ['noise'], field: 'noiseLevel' });
    expect(inside[0]?.message).toMatch(/^Noise Augment in subgraph "group", param "noise level"/);
    expect(inside[0]?.onCard).toMatch(/^noise level: expected /);
    expect(outside[0]?.nodes).toEqual(['group']);
    expect(outside[0]?.onCard).toBe(inside[0]?.message);
  });

  test('is entered to show a node of which a run speaks', () => {
    const { store } = grouped();

    expect(store.reveal('group/sample@1.2')).toBe('sample');
    expect(store.scope).toEqual([{ node: 'group', subgraph: 'group' }]);
    expect(store.reveal('photo@2')).toBe('photo');
    expect(store.scope).toEqual([]);
    expect(store.reveal('group/nobody')).toBeUndefined();
  });

  test('is one row of a forecast for each node inside, regardless of a sweep’s copies', () => {
    const { store } = grouped();
    const nodes = [
      { node: 'model', willRun: false },
      { node: 'group/sample@1', willRun: true, expectedMs: 10 },
      { node: 'group/sample@2', willRun: true, expectedMs: 20 },
      { node: 'group/sample@3', willRun: false },
      { node: 'save', willRun: true },
    ];

    expect(forecastRows({ nodes, cacheKnown: true }, store.whole, catalog)).toEqual([
      { name: 'Load Model', count: 1, running: 0, expectedMs: 0 },
      { name: 'Group / Sampler (UNet Sample)', count: 3, running: 2, expectedMs: 30 },
      { name: 'Save Image', count: 1, running: 1, expectedMs: undefined },
    ]);
  });

  test('gets new seeds too, whatever is on the canvas', () => {
    const { store, id } = grouped();
    store.enter(id);
    setSeedMode(store, { node: 'sample', name: 'seed', mode: 'increment' });
    store.leave(0);

    advanceSeeds(store, (type) => catalog.types.get(type));
    store.enter(id);
    advanceSeeds(store, (type) => catalog.types.get(type));

    expect(store.document.nodes['sample']?.params).toEqual({ seed: 2 });
    expect(store.scope).toHaveLength(1);
    store.undo();
    expect(store.document.nodes['sample']?.params).toEqual({ seed: 1 });
  });

  test('gets places for nodes of a file that has none', () => {
    const { store } = grouped();
    const bare = JSON.parse(formatWorkflow(store.whole)) as Workflow;
    const group = bare.subgraphs?.['group'];
    if (group === undefined) throw new Error('no group');
    const { layout: _, ...body } = group;

    const read = readDocument({ ...bare, subgraphs: { group: body } });

    const layout = read.subgraphs?.['group']?.layout as { readonly nodes: object } | undefined;
    expect(Object.keys(layout?.nodes ?? {}).sort()).toEqual([...INSIDE].sort());
  });
});

describe('the states of nodes inside a subgraph', () => {
  test('are aggregated for the cards that contain them', () => {
    const state = createRunState();
    state.follow('r', {});
    const tell = (event: object) => state.apply({ ...event, runId: 'r', seq: 0 } as never);
    const nodes = ['photo', 'group/noise@1', 'group/noise@2', 'group/save'];

    tell({ type: 'run-started', nodes });
    expect(state.get('group').state).toBe('queued');
    tell({ type: 'nodes-finished', durationsMs: { 'group/noise@1': 10 } });
    expect(state.get('group')).toMatchObject({ state: 'running', step: 1, steps: 3 });
    expect(state.get('group/noise')).toMatchObject({ state: 'running', step: 1, steps: 2 });
    tell({ type: 'nodes-cached', nodes: ['group/noise@2'] });
    tell({ type: 'nodes-finished', durationsMs: { 'group/save': 5 } });

    expect(state.get('group')).toMatchObject({ state: 'finished', durationMs: 15 });
    expect(state.get('group/save')).toMatchObject({ state: 'finished', durationMs: 5 });
    expect(state.get('photo').state).toBe('queued');
    expect(state.get('group')).toBe(state.get('group'));
  });

  test('names the failure, and is forgotten with the next run', () => {
    const state = createRunState();
    state.follow('r', {});
    const tell = (event: object) => state.apply({ ...event, runId: 'r', seq: 0 } as never);
    let told = 0;
    state.subscribe('group', () => told++);

    tell({ type: 'run-started', nodes: ['group/a', 'group/b'] });
    tell({ type: 'node-failed', node: 'group/b', durationMs: 3, message: 'too dark' });
    expect(state.get('group')).toMatchObject({ state: 'failed', message: 'too dark' });
    state.follow('r2', {});

    expect(state.get('group').state).toBe('idle');
    expect(told).toBeGreaterThan(2);
    expect(cardsFor('outer/inner/sample@1.2')).toEqual(['outer', 'outer/inner', 'outer/inner/sample']);
  });
});
