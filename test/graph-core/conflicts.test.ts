import { createCatalog, describeDiagnostic, planRun, validateWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';

const catalog = createCatalog(unclipNodes);

type Params = Readonly<Record<string, unknown>>;

/** A whole image from nothing, with these params of its sampler, decoder and saver. */
function workflowOf(sampler: Params = {}, decoder: Params = {}, saver: Params = {}): Workflow {
  return {
    ...{ format: 'unclip-workflow', version: 1 },
    nodes: {
      model: { type: 'LoadModel' },
      text: { type: 'TextEncode', inputs: { text: 'model.text' } },
      sample: { type: 'UNetSample', inputs: { unet: 'model.unet', prompt: 'text.conditioning' }, params: sampler },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' }, params: decoder },
      crop: { type: 'ImageCrop', inputs: { image: 'decode.image' } },
      save: { type: 'SaveImage', inputs: { image: 'crop.image' }, params: saver },
    },
  } as Workflow;
}

function problemsOf(workflow: Workflow): readonly string[] {
  const plan = planRun(workflow, catalog);
  const planned = plan.ok ? [] : plan.diagnostics.map(describeDiagnostic);
  expect(validateWorkflow(workflow, catalog).map(describeDiagnostic)).toEqual(planned);
  return planned;
}

describe('settings that do not go together are found before anything runs', () => {
  test.each<[Params, string]>([
    [{ scheduler: 'ddim', karrasSigmas: true }, 'karrasSigmas: the scheduler "ddim" has no such setting.'],
    [{ scheduler: 'euler', sigmaSpacing: 'lu' }, 'sigmaSpacing: the scheduler "euler" has no such setting.'],
    [{ scheduler: 'dpmpp-2s', timestepSpacing: 'trailing' }, 'timestepSpacing: the scheduler "dpmpp-2s" has no'],
    [{ scheduler: 'pndm', rescaleZeroSnr: true }, 'rescaleZeroSnr: the scheduler "pndm" has no such setting.'],
    [
      { scheduler: 'euler', karrasSigmas: true, sigmaSpacing: 'beta' },
      'sigmaSpacing: "beta" and Karras sigmas cannot go together.',
    ],
    [{ startAt: 2 }, 'startAt would have no effect with numerics “diffusers”.'],
    [{ numerics: 'comfyui', eta: 0.5 }, 'eta would have no effect with numerics “comfyui”.'],
  ])('of a sampler: %j', (params, words) => {
    const [problem, ...others] = problemsOf(workflowOf(params));

    expect(others).toEqual([]);
    expect(problem).toContain(`Node "sample" (UNetSample): ${words}`);
  });

  test.each<Params>([
    { scheduler: 'euler', karrasSigmas: true },
    { scheduler: 'dpmpp-2m', sigmaSpacing: 'lu' },
    { scheduler: 'checkpoint', karrasSigmas: true, rescaleZeroSnr: true },
    { numerics: 'comfyui', scheduler: 'ddim', startAt: 3 },
  ])('and none is found where they do: %j', (params) => {
    expect(problemsOf(workflowOf(params))).toEqual([]);
  });

  test('an end before its start, of every node that has both', () => {
    const spans = unclipNodes.filter(({ params }) => 'start' in params && 'end' in params);

    expect(spans.length).toBeGreaterThan(2);
    for (const { type, conflicts } of spans) {
      expect(
        conflicts?.map(({ when }) => when),
        type,
      ).toContainEqual([{ param: 'end', below: 'start' }]);
    }
    const { nodes, ...workflow } = workflowOf();
    const rangeOf = (params: Params) => ({
      type: 'ConditioningSetTimestepRange',
      inputs: { conditioning: 'text.conditioning' },
      params,
    });
    const sample = { ...nodes['sample'], inputs: { unet: 'model.unet', prompt: 'range.conditioning' } };
    const withRange = (params: Params) =>
      problemsOf({ ...workflow, nodes: { ...nodes, sample, range: rangeOf(params) } } as Workflow);
    expect(withRange({ start: 0.5, end: 0.4 })).toEqual([
      'Node "range" (ConditioningSetTimestepRange): the end 0.4 is before the start 0.5. Raise the end.',
    ]);
    expect(withRange({ start: 0.5, end: 0.5 })).toEqual([]);
  });

  test('16 bits per channel saved as WebP, through nodes that keep them', () => {
    const words = /^Node "save" \(SaveImage\): a WebP holds 8 bits a channel, and the image has 16\./;

    expect(problemsOf(workflowOf({}, { bitDepth: '16' }, { format: 'webp' }))).toEqual([expect.stringMatching(words)]);
    expect(problemsOf(workflowOf({}, { bitDepth: '16' }))).toEqual([]);
    expect(problemsOf(workflowOf({}, {}, { format: 'webp' }))).toEqual([]);
  });

  test('only of nodes that a run needs', () => {
    expect(planRun(workflowOf({ startAt: 2 }), catalog, ['text']).ok).toBe(true);
  });

  test('of copies that a sweep made once, and only of the values that do not go', () => {
    const { nodes, ...workflow } = workflowOf({ karrasSigmas: true });
    const sweep = {
      type: 'Sweep',
      inputs: { image: 'decode.image' },
      params: { x: 'sample.scheduler', xValues: 'euler\nddim', y: 'sample.steps', yValues: '1, 2' },
    };
    const { crop: _, save, ...others } = nodes;
    const grid = { ...save, inputs: { image: 'sweep.image' } };

    expect(problemsOf({ ...workflow, nodes: { ...others, sweep, save: grid } } as Workflow)).toEqual([
      expect.stringMatching(/^Node "sample" \(UNetSample\): karrasSigmas: the scheduler "ddim" has no such setting/),
    ]);
  });
});
