import { createCatalog, type Plan, planRun, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expectedMsOf, loadPart, modelPart, type NodeWork, summarizeTimings, workOfPlan } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const catalog = createCatalog(unclipNodes);

/** An image from a prompt. */
function planOf(sampling: Readonly<Record<string, unknown>>): Plan {
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      model: { type: 'LoadModel', params: { checkpoint: 'emoji-unclip' } },
      prompt: { type: 'TextEncode', inputs: { text: 'model.text' } },
      sample: {
        type: 'UNetSample',
        inputs: { unet: 'model.unet', prompt: 'prompt.conditioning' },
        params: { steps: 20, count: 1, ...sampling },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
      save: { type: 'SaveImage', inputs: { image: 'decode.image' } },
    },
  };
  const plan = planRun(workflow, catalog);
  if (!plan.ok) throw new Error(JSON.stringify(plan.diagnostics));
  return plan.value;
}

function wholeMs(work: NodeWork | undefined, learnt: ReadonlyMap<string, number>): number {
  return (work && expectedMsOf([work.whole], learnt)) ?? -1;
}

/** What a run of these settings is expected to take, node by node, after one whose nodes took a second each. */
function expectedAfter(run: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>) {
  const nodes = workOfPlan(planOf(run).nodes, 'cpu').map((work) => [work, 1000, 0] as const);
  const learnt = new Map(summarizeTimings({ nodes, models: [] }));
  const plan = planOf(next);
  const work = workOfPlan(plan.nodes, 'cpu');
  return Object.fromEntries(plan.nodes.map(({ id }, i) => [id, Math.round(wholeMs(work[i], learnt))]));
}

test('a forecast grows with the steps, and with how many images are made also behind the sampler', () => {
  expect(expectedAfter({ steps: 20, count: 4 }, { steps: 200, count: 8 })).toEqual({
    ...{ model: 1000, prompt: 1000 },
    ...{ sample: 20_000, decode: 2000, save: 2000 },
  });
  expect(expectedAfter({ steps: 20, count: 4 }, { steps: 20, count: 4, onlyImage: 3 })).toMatchObject({
    ...{ sample: 250, decode: 250 },
  });
  expect(expectedAfter({ steps: 20 }, { steps: 20, denoise: 0.5 })).toMatchObject({ sample: 500, decode: 1000 });
});

test('for timed settings the forecast is the measured time, whatever else is known of the type', () => {
  const works = [planOf({ steps: 20 }), planOf({ steps: 20, scheduler: 'heun' })].map(({ nodes }) =>
    workOfPlan(nodes, 'cpu'),
  );
  const nodes = works.flatMap((all, i) => all.map((work) => [work, i === 0 ? 1000 : 3000, 0] as const));
  const learnt = new Map(summarizeTimings({ nodes, models: [] }));
  const of = (params: Readonly<Record<string, unknown>>) => {
    const { nodes } = planOf(params);
    const place = nodes.findIndex(({ id }) => id === 'sample');
    return Math.round(wholeMs(workOfPlan(nodes, 'cpu')[place], learnt));
  };

  expect(of({ steps: 20 })).toBe(1000);
  expect(of({ steps: 40 })).toBe(2000);
  expect(of({ steps: 40, scheduler: 'heun' })).toBe(6000);
  // Never timed so: the mean of all that were.
  expect(of({ steps: 20, scheduler: 'ddpm' })).toBe(2000);
});

test('a model that was never run at a size is expected to go by the multiply-adds, as fast as at others', () => {
  const run = (key: string, multiplyAdds: number) => ({
    ...{ model: { key, family: 'unet' }, on: 'cpu', rows: 1, multiplyAdds },
  });
  const models = [{ ...run('small', 1e11), loadMs: 0, runMs: 500 }];
  const learnt = new Map(summarizeTimings({ nodes: [], models }));
  const expected = (key: string, multiplyAdds: number) =>
    expectedMsOf([modelPart({ ...run(key, multiplyAdds), times: 20 })], learnt);

  expect(expected('small', 1e11)).toBe(10_000);
  expect(expected('large', 4e11)).toBeGreaterThan(39_000);
  expect(expected('large', 4e11)).toBeLessThan(41_000);
  expect(
    expectedMsOf([modelPart({ ...run('other', 1e11), model: { key: 'other' }, times: 1 })], learnt),
  ).toBeUndefined();
});

test('what is measured on one device, or in one precision, says nothing about others', () => {
  const unet = { model: { key: 'unet 64x64', family: 'unet' }, rows: 1, multiplyAdds: 1e11 };
  const { nodes } = planOf({ steps: 20 });
  const runOn = (on: string, ms: number) => ({
    nodes: workOfPlan(nodes, on).map((work) => [work, 20 * ms, 0] as const),
    models: [{ ...unet, on, loadMs: 4 * ms, runMs: ms }],
  });
  // As the server keeps them: all runs in one table.
  const known = new Map(
    [runOn('cpu', 700), runOn('cpu:bfloat16', 300), runOn('webgpu:1', 20)].flatMap((run) => [...summarizeTimings(run)]),
  );
  const expectedOn = (on: string) => [
    expectedMsOf([modelPart({ ...unet, on, times: 20 })], known),
    // At a size that was never run.
    expectedMsOf([modelPart({ ...unet, model: { key: 'unet 8x8', family: 'unet' }, on, times: 10 })], known),
    expectedMsOf([loadPart({ ...unet, on })], known),
    wholeMs(workOfPlan(nodes, on)[0], known),
  ];

  expect(expectedOn('cpu').map((ms) => ms && Math.round(ms))).toEqual([14_000, 7000, 2800, 14_000]);
  expect(expectedOn('cpu:bfloat16').map((ms) => ms && Math.round(ms))).toEqual([6000, 3000, 1200, 6000]);
  expect(expectedOn('webgpu:1').map((ms) => ms && Math.round(ms))).toEqual([400, 200, 80, 400]);
  expect(expectedOn('cuda')).toEqual([undefined, undefined, undefined, -1]);
  // Nothing but models depends on the device.
  const restOn = (on: string) => workOfPlan(nodes, on).map(({ rest }) => rest);
  expect(restOn('cuda')).toEqual(restOn('cpu'));
});
