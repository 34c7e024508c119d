import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, validateWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';

const node = (type: string, inputs: object) => ({ class_type: type, inputs });
const text = (words: string) => node('CLIPTextEncode', { text: words, clip: ['1', 1] });

const EDGES = {
  8: node('ControlNetLoader', { control_net_name: 'sd15/control_v11p_sd15_canny.pth' }),
  9: node('LoadImage', { image: 'house.png' }),
};
const DEPTH = {
  11: node('DiffControlNetLoader', { model: ['1', 0], control_net_name: 'depth.safetensors' }),
  12: node('LoadImage', { image: 'depth.png' }),
};
const advanced = (positive: unknown, negative: unknown, more: object = {}) =>
  node('ControlNetApplyAdvanced', {
    ...{ positive, negative, control_net: ['8', 0], image: ['9', 0] },
    ...{ strength: 0.85, start_percent: 0.1, end_percent: 0.75, ...more },
  });
const old = (conditioning: unknown, more: object = {}) =>
  node('ControlNetApply', { conditioning, control_net: ['8', 0], image: ['9', 0], strength: 0.6, ...more });

/** A whole prompt whose sampler reads these two. */
function prompt(positive: unknown, negative: unknown, others: object): object {
  return {
    1: node('CheckpointLoaderSimple', { ckpt_name: 'sd15.safetensors' }),
    2: text('a house'),
    3: text('blurred'),
    ...{ ...EDGES, ...others },
    30: node('EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }),
    31: node('KSampler', {
      ...{ model: ['1', 0], positive, negative, latent_image: ['30', 0] },
      ...{ seed: 1, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
    }),
    32: node('VAEDecode', { samples: ['31', 0], vae: ['1', 2] }),
    33: node('SaveImage', { images: ['32', 0], filename_prefix: 'out' }),
  };
}

const typesOf = ({ nodes }: Workflow) => Object.values(nodes).map(({ type }) => type);

describe.each<[what: string, api: object, controls: number, pairs: number]>([
  ['one for both sides', prompt(['20', 0], ['20', 1], { 20: advanced(['2', 0], ['3', 0]) }), 1, 0],
  [
    'one behind the other, with two loaders',
    prompt(['21', 0], ['21', 1], {
      ...DEPTH,
      20: advanced(['2', 0], ['3', 0]),
      21: advanced(['20', 0], ['20', 1], { control_net: ['11', 0], image: ['12', 0] }),
    }),
    2,
    0,
  ],
  ['the old node, which steers the negative prompt too', prompt(['20', 0], ['3', 0], { 20: old(['2', 0]) }), 1, 0],
  [
    'two of the old nodes',
    prompt(['21', 0], ['3', 0], { 20: old(['2', 0]), 21: old(['20', 0], { strength: 1 }) }),
    2,
    0,
  ],
  ['one for the positive side alone', prompt(['20', 0], ['3', 0], { 20: advanced(['2', 0], ['3', 0]) }), 1, 1],
  [
    'one behind combined prompts on one side',
    prompt(['20', 0], ['20', 1], {
      4: text('a garden'),
      5: node('ConditioningCombine', { conditioning_1: ['2', 0], conditioning_2: ['4', 0] }),
      20: advanced(['5', 0], ['3', 0]),
    }),
    1,
    1,
  ],
  [
    'one before prompts are combined',
    prompt(['22', 0], ['20', 1], {
      4: text('a garden'),
      20: advanced(['2', 0], ['3', 0]),
      22: node('ConditioningCombine', { conditioning_1: ['20', 0], conditioning_2: ['4', 0] }),
    }),
    2,
    1,
  ],
  ['one with the sides changed', prompt(['20', 1], ['20', 0], { 20: advanced(['3', 0], ['2', 0]) }), 2, 1],
])('ControlNets of ComfyUI, %s,', (_, api, controls, pairs) => {
  const { workflow, report } = importComfyUi(JSON.stringify(api));

  test('become nodes that plan', () => {
    expect(report.nodes.filter(({ likeness }) => likeness !== 'exact' && likeness !== 'absorbed')).toEqual([]);
    expect(validateWorkflow(workflow, createCatalog(unclipNodes))).toEqual([]);
    expect(typesOf(workflow).filter((type) => type === 'ApplyControl')).toHaveLength(controls);
    expect(typesOf(workflow).filter((type) => type === 'ConditioningPair')).toHaveLength(pairs);
  });

  test('go back as they came', () => {
    expect(exportComfyUi(workflow)).toEqual({ prompt: api, left: {} });
  });
});

test('a changed strength is exported, and the rest of the file stays', () => {
  const api = prompt(['20', 0], ['20', 1], { 20: advanced(['2', 0], ['3', 0], { strength: '0.85', end_percent: 1 }) });
  const { workflow } = importComfyUi(JSON.stringify(api));
  const [id = ''] = Object.entries(workflow.nodes).find(([, { type }]) => type === 'ApplyControl') ?? [];
  const control = workflow.nodes[id];
  expect(control?.params).toEqual({ strength: 0.85, start: 0.1, end: 1 });

  const changed = {
    ...workflow.nodes,
    [id]: { ...control, type: 'ApplyControl', params: { ...control?.params, start: 0.2 } },
  };
  const { prompt: exported } = exportComfyUi({ ...workflow, nodes: changed });

  expect(exported['20']?.inputs).toMatchObject({ strength: '0.85', start_percent: 0.2, end_percent: 1 });
});

test('our ControlNets become one ControlNetApplyAdvanced each, and dropped guess mode is reported', () => {
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      model: { type: 'LoadModel', params: { checkpoint: 'sd15' } },
      prompt: {
        type: 'TextEncode',
        inputs: { text: 'model.text' },
        params: { prompt: 'a house', negativePrompt: 'bad' },
      },
      net: { type: 'LoadControlNet', params: { file: 'canny.pth' } },
      photo: { type: 'LoadImage', params: { image: 'house.png' } },
      steer: {
        type: 'ApplyControl',
        inputs: { conditioning: 'prompt.conditioning', controlnet: 'net.controlnet', image: 'photo.image' },
        params: { strength: 0.5, guessMode: true },
      },
      sample: { type: 'UNetSample', inputs: { unet: 'model.unet', prompt: 'steer.conditioning' } },
    },
  };
  const { prompt: exported, left } = exportComfyUi(workflow);
  const [id, control] = Object.entries(exported).find(([, one]) => one.class_type === 'ControlNetApplyAdvanced') ?? [];
  const sampler = Object.values(exported).find((one) => one.class_type === 'KSampler');

  expect(control?.inputs).toMatchObject({ strength: 0.5, start_percent: 0, end_percent: 1 });
  expect(sampler?.inputs).toMatchObject({ positive: [id, 0], negative: [id, 1] });
  const wordsOf = (input: string) => {
    const [source] = (control?.inputs[input] ?? []) as readonly string[];
    return exported[source ?? '']?.inputs['text'];
  };
  expect([wordsOf('positive'), wordsOf('negative')]).toEqual(['a house', 'bad']);
  expect(left).toEqual({ steer: 'ComfyUI has no guess mode; its image steers both prompts in full there.' });
});

test('a circle of ControlNets ends', () => {
  const circle = prompt(['20', 0], ['20', 1], {
    20: advanced(['21', 0], ['21', 1]),
    21: advanced(['20', 0], ['20', 1]),
  });
  const { workflow } = importComfyUi(JSON.stringify(circle));
  expect(Object.keys(exportComfyUi(workflow).prompt)).toContain('20');
});
