import { createCatalog, type Plan, planRun, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expectedMsOf, modelPart, type NodeWork, summarizeTimings, workOfPlan } from '@unclip-studio/server';
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
  const nodes = workOfPlan(planOf(run).nodes).map((work) => [work, 1000, 0] as const);
  const learnt = new Map(summarizeTimings({ nodes, models: [] }));
  const plan = planOf(next);
  const work = workOfPlan(plan.nodes);
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
  const works = [planOf({ steps: 20 }), planOf({ steps: 20, scheduler: 'heun' })].map(({ nodes }) => workOfPlan(nodes));
  const nodes = works.flatMap((all, i) => all.map((work) => [work, i === 0 ? 1000 : 3000, 0] as const));
  const learnt = new Map(summarizeTimings({ nodes, models: [] }));
  const of = (params: Readonly<Record<string, unknown>>) => {
    const { nodes } = planOf(params);
    const place = nodes.findIndex(({ id }) => id === 'sample');
    return Math.round(wholeMs(workOfPlan(nodes)[place], learnt));
  };

  expect(of({ steps: 20 })).toBe(1000);
  expect(of({ steps: 40 })).toBe(2000);
  expect(of({ steps: 40, scheduler: 'heun' })).toBe(6000);
  // Never timed so: the mean of all that were.
  expect(of({ steps: 20, scheduler: 'ddpm' })).toBe(2000);
});

test('a model that was never run at a size is expected to go by the multiply-adds, as fast as at others', () => {
  const run = (key: string, multiplyAdds: number) => ({ model: { key, family: 'unet' }, rows: 1, multiplyAdds });
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
