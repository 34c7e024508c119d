import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalog, parseWorkflow, planRun, type Workflow } from '@unclip-studio/graph-core';
import { type InferenceService, type UnclipServices, unclipNodes } from '@unclip-studio/nodes-unclip';
import { createCheckpointService, createOrtSessions, expectedUses } from '@unclip-studio/server';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { openTestCheckpoint } from '../../support/evaluate-node.js';
import { ipAdapterTensors } from '../../support/ip-adapter-file.js';
import { inLongSuite } from '../../support/long-suite.js';
import { safetensorsFile } from '../../support/safetensors-file.js';
import { controlNetRoot } from '../../support/tiny-controlnet.js';

const catalog = createCatalog(unclipNodes);
const checkpoint = await openTestCheckpoint();

const models = mkdtempSync(join(tmpdir(), 'unclip-test-'));
afterAll(() => rmSync(models, { recursive: true, force: true }));
mkdirSync(join(models, 'ipadapter'));
const { hiddenSize, projectionDim } = checkpoint.vision.config;
for (const [kind, imageWidth] of [
  ['plain', projectionDim],
  ['plus', hiddenSize],
] as const) {
  const tensors = ipAdapterTensors(checkpoint.unet, { kind, imageWidth });
  writeFileSync(join(models, 'ipadapter', `${kind}.safetensors`), safetensorsFile(tensors));
}

const controlNets = controlNetRoot({ first: { seed: 1 }, second: { seed: 2 } });
mkdirSync(join(models, 'loras'));
const ofNoLayer = { dtype: 'F32', shape: [1, 2], data: new Uint8Array(8) } as const;
writeFileSync(
  join(models, 'loras', 'other.safetensors'),
  safetensorsFile({ 'lora_unet_no_such_layer.lora_down.weight': ofNoLayer }),
);

const checkpoints = {
  open: async () => checkpoint,
  openPrior: () => Promise.reject(new Error('no prior')),
  openModel: createCheckpointService({ roots: [models, controlNets] }).openModel,
  saveModel: () => Promise.reject(new Error('no prior')),
};

function planOf(nodes: Workflow['nodes']) {
  const parsed = parseWorkflow(JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));
  const planned = parsed.ok ? planRun(parsed.value, catalog, ['decode']) : parsed;
  if (!planned.ok) throw new Error(JSON.stringify(planned.diagnostics));
  return planned.value.nodes;
}

/** Evaluates a plan node by node, and counts what models were run, by key. */
async function runsOf(
  nodes: ReturnType<typeof planOf>,
  memoryBudgetBytes = Number.POSITIVE_INFINITY,
): Promise<ReadonlyMap<string, number>> {
  const sessions = createOrtSessions({ memoryBudgetBytes });
  onTestFinished(() => sessions.close());
  const runs = new Map<string, number>();
  const inference: InferenceService = {
    ...sessions,
    run(model, feeds) {
      runs.set(model.key, (runs.get(model.key) ?? 0) + 1);
      return sessions.run(model, feeds);
    },
  };
  const image = { width: 48, height: 64, data: new Uint8Array(3 * 48 * 64).fill(128) };
  const values: Readonly<Record<string, unknown>>[] = [];
  for (const { definition, params, inputs } of nodes) {
    const args = {
      inputs: Object.fromEntries(inputs.map(({ input, source, output }) => [input, values[source]?.[output]])),
    };
    const services = { inference, checkpoints, images: { load: async () => image } } as unknown as UnclipServices;
    const context = { services, signal: new AbortController().signal, progress() {}, preview() {}, publish() {} };
    values.push(await definition.evaluate({ ...args, params }, context));
  }
  return runs;
}

const GUIDES = {
  model: { type: 'LoadModel', params: { checkpoint: 'test' } },
  photo: { type: 'LoadImage', params: { image: 'photo.png' } },
  embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'photo.image' } },
  noise: { type: 'NoiseAugment', inputs: { embed: 'embed.embed' } },
  prompt: { type: 'TextEncode', inputs: { text: 'model.text' } },
};
const guided = { unet: 'model.unet', prompt: 'prompt.conditioning', image: 'noise.condition' };

test.each<[what: string, nodes: Workflow['nodes']]>([
  [
    'two variations of a size of their own',
    {
      ...GUIDES,
      sample: { type: 'UNetSample', inputs: guided, params: { steps: 3, count: 2, width: 48, height: 32 } },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    },
  ],
  [
    'a second pass at twice the size, without guidance, half of it',
    {
      ...GUIDES,
      sample: { type: 'UNetSample', inputs: guided, params: { steps: 2, width: 32, height: 32 } },
      larger: { type: 'LatentUpscale', inputs: { latent: 'sample.latent' } },
      again: {
        type: 'UNetSample',
        inputs: { ...guided, latent: 'larger.latent' },
        params: { steps: 4, denoise: 0.5, guidanceScale: 1 },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'again.latent' } },
    },
  ],
  ...(
    [
      ['the last of three images alone', { steps: 2, count: 3, onlyImage: 3 }],
      ['a scheduler that calls the UNet twice a step', { steps: 3, scheduler: 'heun' }],
      [
        'deep layers at every second step, guidance that ends on the way, and an early end',
        { steps: 6, deepEvery: 2, changeAt: 3, laterGuidanceScale: 1, stopAt: 5 },
      ],
      ...inLongSuite([
        ['deep layers at every third step', { steps: 5, deepEvery: 3 }],
        ['guidance that ends on the way', { steps: 4, changeAt: 1, laterGuidanceScale: 1 }],
      ] as const),
    ] as const
  ).map(([what, params]): [string, Workflow['nodes']] => [
    what,
    {
      ...GUIDES,
      sample: { type: 'UNetSample', inputs: guided, params: { ...params, width: 32, height: 32 } },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    },
  ]),
  ...(
    [
      ['images that lead by a plus IP-Adapter', 'plus', {}],
      ['images that lead by an IP-Adapter in a part of the steps', 'plain', { start: 0.5 }],
      ...inLongSuite([['an IP-Adapter at scale 0', 'plain', { scale: 0 }]] as const),
    ] as const
  ).map(([what, file, params]): [string, Workflow['nodes']] => [
    what,
    {
      ...GUIDES,
      adapter: { type: 'LoadIPAdapter', params: { file } },
      seen: {
        type: 'IPAdapterEncode',
        inputs: { adapter: 'adapter.adapter', vision: 'model.vision', image: 'photo.image' },
      },
      led: { type: 'ApplyIPAdapter', inputs: { unet: 'model.unet', imagePrompt: 'seen.imagePrompt' }, params },
      sample: {
        type: 'UNetSample',
        inputs: { ...guided, unet: 'led.unet' },
        params: { steps: 2, width: 32, height: 32 },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    },
  ]),
  ...(
    [
      ['a ControlNet in some steps, and another in guess mode', { steps: 4 }],
      [
        'the same with deep layers at every second step and guidance that ends',
        { steps: 6, deepEvery: 2, changeAt: 4, laterGuidanceScale: 1 },
      ],
      ['the same in ComfyUI’s numbers', { steps: 3, numerics: 'comfyui' }],
      ...inLongSuite([['the same with an early end', { steps: 6, denoise: 1, stopAt: 3 }]] as const),
    ] as const
  ).map(([what, params]): [string, Workflow['nodes']] => [
    what,
    {
      ...GUIDES,
      first: { type: 'LoadControlNet', params: { file: 'first' } },
      second: { type: 'LoadControlNet', params: { file: 'second' } },
      edges: { type: 'CannyEdges', inputs: { image: 'photo.image' } },
      steered: {
        type: 'ApplyControl',
        inputs: { conditioning: 'prompt.conditioning', controlnet: 'first.controlnet', image: 'edges.image' },
        params: 'numerics' in params ? {} : { start: 0.25, end: 0.75 },
      },
      zeroed: {
        type: 'ConditioningZeroOut',
        inputs: { conditioning: 'steered.conditioning' },
        params: { side: 'negative' },
      },
      twice: {
        type: 'ApplyControl',
        inputs: { conditioning: 'zeroed.conditioning', controlnet: 'second.controlnet', image: 'edges.image' },
        params: { guessMode: !('numerics' in params) },
      },
      sample: {
        type: 'UNetSample',
        inputs: { ...guided, prompt: 'twice.conditioning' },
        params: { ...params, width: 32, height: 32 },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    },
  ]),
  [
    'a LoRA of which layers are left out, which is told while it runs',
    {
      ...GUIDES,
      lora: {
        type: 'ApplyLora',
        inputs: { unet: 'model.unet' },
        params: { lora: 'other', numerics: 'comfyui' },
      },
      sample: {
        type: 'UNetSample',
        inputs: { ...guided, unet: 'lora.unet' },
        params: { steps: 2, width: 32, height: 32 },
      },
      decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
    },
  ],
])('the models that nodes say they will run are those they run: %s', async (_, workflow) => {
  const nodes = planOf(workflow);

  const told = countsOf(await expectedUses(nodes, { checkpoints }));

  expect(told).toEqual([...(await runsOf(nodes))].sort());
});

function countsOf(uses: Awaited<ReturnType<typeof expectedUses>>): readonly [key: string, times: number][] {
  const told = new Map<string, number>();
  for (const { model, times } of uses.flat()) told.set(model.key, (told.get(model.key) ?? 0) + times);
  return [...told].sort();
}

test('where memory is short, nodes say that they run fewer rows and tiles more often, as they then do', async () => {
  const size = { width: 80, height: 48 };
  const nodes = planOf({
    ...GUIDES,
    latent: { type: 'VAEEncode', inputs: { vae: 'model.vae', image: 'larger.image' } },
    larger: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { ...size, fit: 'stretch' } },
    sample: {
      type: 'UNetSample',
      inputs: { ...guided, latent: 'latent.latent' },
      params: { steps: 4, denoise: 0.5, count: 7 },
    },
    decode: { type: 'VAEDecode', inputs: { vae: 'model.vae', latent: 'sample.latent' } },
  });
  const whole = (await expectedUses(nodes, { checkpoints })).flat();
  const bytesOf = ({ model }: (typeof whole)[number]) => {
    const { weightBytes, workingBytes = 0 } = model.build();
    return weightBytes + workingBytes;
  };
  const timesOf = (uses: readonly { readonly times: number }[]) => uses.slice(-3).map(({ times }) => times);
  const [encode, sample, decode] = whole.slice(-3);
  if (encode === undefined || sample === undefined || decode === undefined) throw new Error('expected three models');
  expect(timesOf(whole)).toEqual([1, 2, 7]);

  for (const [scarce, expected] of [
    [sample, [1, 4, 7]],
    // So little that not even one row of the sampler fits: it is not split then.
    [decode, [2, 2, 14]],
  ] as const) {
    const budgetBytes = bytesOf(scarce) - 1;
    const uses = await expectedUses(nodes, { checkpoints, budgetBytes });
    expect(timesOf(uses.flat())).toEqual(expected);
    expect(countsOf(uses)).toEqual([...(await runsOf(nodes, budgetBytes))].sort());
  }
});
