import { changeFromStep, createCatalog, setParam, validateWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';
import { bundledWorkflow } from '../support/kept-run.js';

const catalog = createCatalog(unclipNodes);
const BEFORE = bundledWorkflow();

function changed(...settings: readonly (readonly [string, string, unknown])[]): Workflow {
  return settings.reduce<Workflow>((workflow, [node, param, value]) => setParam(workflow, node, param, value), BEFORE);
}

function begun(after: Workflow, step = 12): Workflow {
  const workflow = changeFromStep(BEFORE, after, { catalog, step });
  if ('kind' in workflow) throw new Error(JSON.stringify(workflow));
  return workflow;
}

describe('the changed nodes apply from their step on, the previous ones up to there', () => {
  test('a noise level', () => {
    const { nodes } = begun(changed(['noise', 'noiseLevel', 300]));

    expect(nodes['noise']?.params).toMatchObject({ noiseLevel: 300 });
    expect(nodes['noiseFirst']).toEqual(BEFORE.nodes['noise']);
    expect(nodes['sample']?.inputs).toEqual({
      ...BEFORE.nodes['sample']?.inputs,
      image: 'noiseFirst.condition',
      laterImage: 'noise.condition',
      // The stream of random numbers is the previous one to the end.
      generator: 'noiseFirst.generator',
    });
    expect(nodes['sample']?.params).toEqual({ ...BEFORE.nodes['sample']?.params, changeAt: 12 });
  });

  test('a prompt and the guidance, in addition to changes that do not concern the sampling', () => {
    const after = changed(['prompt', 'prompt', 'a star'], ['sample', 'guidanceScale', 5], ['save', 'name', 'else']);

    const { nodes } = begun(after);

    expect(nodes['promptFirst']).toEqual(BEFORE.nodes['prompt']);
    expect(nodes['sample']?.inputs).toMatchObject({
      prompt: 'promptFirst.conditioning',
      laterPrompt: 'prompt.conditioning',
      image: 'noise.condition',
    });
    const guidanceScale = BEFORE.nodes['sample']?.params?.['guidanceScale'];
    expect(nodes['sample']?.params?.['guidanceScale']).toBe(guidanceScale);
    expect(nodes['sample']?.params).toMatchObject({ laterGuidanceScale: 5, changeAt: 12 });
    expect(nodes['save']?.params).toMatchObject({ name: 'else' });
  });

  test('another image, with all nodes between it and the sampler', () => {
    const { nodes } = begun(changed(['photo', 'image', 'blue-star.png']));

    expect(Object.keys(nodes).filter((id) => !(id in BEFORE.nodes))).toEqual(
      expect.arrayContaining(['photoFirst', 'embedFirst', 'noiseFirst']),
    );
    expect(nodes['embedFirst']?.inputs).toEqual({ vision: 'model.vision', image: 'photoFirst.image' });
    expect(nodes['photoFirst']).toEqual(BEFORE.nodes['photo']);
  });

  test('and the workflow is a valid one', () => {
    const workflow = begun(changed(['noise', 'noiseLevel', 300], ['prompt', 'prompt', 'a star']));

    expect(validateWorkflow(workflow, catalog)).toEqual([]);
  });

  test('an id in use is skipped', () => {
    const taken = { ...BEFORE, nodes: { ...BEFORE.nodes, noiseFirst: { type: 'LoadModel' } } };

    const workflow = changeFromStep(taken, setParam(taken, 'noise', 'noiseLevel', 5), { catalog, step: 1 });

    expect(Object.keys('nodes' in workflow ? workflow.nodes : {})).toContain('noiseFirst2');
  });
});

describe('changes that cannot begin at a step are reported', () => {
  const obstacle = (after: Workflow, options: { readonly node?: string } = {}, before = BEFORE) =>
    changeFromStep(before, after, { catalog, step: 12, ...options });

  test.each([
    ['steps', changed(['sample', 'steps', 30]), 'steps'],
    ['the stream', changed(['sample', 'seed', 7]), 'seed'],
    ['the model', changed(['model', 'checkpoint', 'other']), 'unet'],
  ])('%s', (_, after, what) => {
    expect(obstacle(after)).toEqual({ kind: 'decides-before', node: 'sample', what });
  });

  test('a workflow whose conditioning has not changed', () => {
    expect(obstacle(changed(['save', 'name', 'else']))).toEqual({ kind: 'nothing-changed' });
  });

  test('a value that means something else during sampling', () => {
    expect(obstacle(changed(['sample', 'guidanceScale', 0]))).toEqual({
      kind: 'means-unchanged',
      node: 'sample',
      what: 'guidanceScale',
      value: 0,
    });
  });

  test('a sampler that is none, or is not there', () => {
    const { sample: _, ...nodes } = BEFORE.nodes;

    expect(obstacle(BEFORE, { node: 'noise' })).toEqual({ kind: 'no-sampler', node: 'noise' });
    expect(obstacle({ ...BEFORE, nodes })).toEqual({ kind: 'no-sampler' });
  });

  test('a sampler that changes on the way as it is', () => {
    const before = changed(['sample', 'changeAt', 4]);

    expect(obstacle(setParam(before, 'prompt', 'prompt', 'a star'), {}, before)).toEqual({
      kind: 'changes-already',
      node: 'sample',
      step: 4,
    });
  });

  test('two samplers, unless one is named', () => {
    const two = { ...BEFORE, nodes: { ...BEFORE.nodes, second: BEFORE.nodes['sample'] as never } };
    const after = setParam(two, 'prompt', 'prompt', 'a star');

    expect(obstacle(after, {}, two)).toEqual({ kind: 'several-samplers', nodes: ['sample', 'second'] });
    const workflow = obstacle(after, { node: 'second' }, two);
    if ('kind' in workflow) throw new Error(JSON.stringify(workflow));
    const { sample, second } = workflow.nodes;
    // The other one uses the new prompt throughout.
    expect(sample?.inputs?.['prompt']).toBe('prompt.conditioning');
    expect(second?.inputs).toMatchObject({ prompt: 'promptFirst.conditioning', laterPrompt: 'prompt.conditioning' });
  });
});
