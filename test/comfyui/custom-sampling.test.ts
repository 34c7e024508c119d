import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import type { Workflow } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';

type Prompt = Record<string, { class_type: string; inputs: Record<string, unknown> }>;

const LOADED = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'emoji.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a heart', clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurred', clip: ['4', 1] } },
};

const SELECT = { class_type: 'KSamplerSelect', inputs: { sampler_name: 'euler' } };
const LEVELS = {
  class_type: 'BasicScheduler',
  inputs: { model: ['4', 0], scheduler: 'karras', steps: 12, denoise: 0.5 },
};
const NOISE = { class_type: 'RandomNoise', inputs: { noise_seed: 18446744073709551615n } };
const GUIDER = {
  class_type: 'CFGGuider',
  inputs: { model: ['4', 0], positive: ['6', 0], negative: ['7', 0], cfg: 6.5 },
};
const SAMPLER = {
  class_type: 'SamplerCustomAdvanced',
  inputs: { noise: ['10', 0], guider: ['11', 0], sampler: ['12', 0], sigmas: ['13', 0], latent_image: ['5', 0] },
};
const SHOWN = {
  '8': { class_type: 'VAEDecode', inputs: { samples: ['14', 0], vae: ['4', 2] } },
  '9': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
};

/** A prompt of which some nodes are others. */
function advanced(others: Prompt = {}): Prompt {
  return { ...LOADED, '10': NOISE, '11': GUIDER, '12': SELECT, '13': LEVELS, '14': SAMPLER, ...SHOWN, ...others };
}

const inText = (prompt: Prompt) =>
  JSON.stringify(prompt, (_, value) => (typeof value === 'bigint' ? `big${value}` : value)).replace(
    /"big(\d+)"/g,
    '$1',
  );

function imported(prompt: Prompt) {
  const { workflow, report } = importComfyUi(inText(prompt));
  const node = workflow.nodes['sample_14'];
  const row = report.nodes.find(({ id }) => id === '14');
  return { workflow, node, params: node?.params, likeness: row?.likeness, words: row?.words, report };
}

/** As if a KSampler had said it. */
function sampledBy(type: 'KSampler' | 'KSamplerAdvanced', inputs: object) {
  const links = { model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] };
  return imported({ ...LOADED, '14': { class_type: type, inputs: { ...links, ...inputs } }, ...SHOWN });
}

const withParams = (workflow: Workflow, params: object): Workflow => {
  const { sample_14: node = { type: '' }, ...others } = workflow.nodes;
  return { ...workflow, nodes: { ...others, sample_14: { ...node, params: { ...node.params, ...params } } } };
};

test('SamplerCustomAdvanced samples as a KSampler that says the same', () => {
  const { node, likeness, report } = imported(advanced());
  const same = sampledBy('KSampler', {
    ...{ seed: 18446744073709551615n, steps: 12, cfg: 6.5, sampler_name: 'euler', scheduler: 'karras', denoise: 0.5 },
  });

  expect(node?.type).toBe('UNetSample');
  expect(node?.params).toEqual(same.params);
  expect(node?.inputs).toEqual(same.node?.inputs);
  expect(likeness).toBe('exact');
  const others = report.nodes.filter(({ id }) => ['10', '11', '12', '13'].includes(id));
  expect(others.map(({ likeness: of, became }) => [of, became])).toEqual(Array(4).fill(['absorbed', ['sample_14']]));
});

test('SamplerCustom says noise and guidance itself', () => {
  const sampled = (others: object, levels: object = LEVELS.inputs) =>
    imported({
      ...{ ...LOADED, '12': SELECT, '13': { ...LEVELS, inputs: { ...LEVELS.inputs, ...levels } }, ...SHOWN },
      '14': {
        class_type: 'SamplerCustom',
        inputs: {
          ...{ model: ['4', 0], add_noise: true, noise_seed: 7, cfg: 4, positive: ['6', 0], negative: ['7', 0] },
          ...{ sampler: ['12', 0], sigmas: ['13', 0], latent_image: ['5', 0] },
          ...others,
        },
      },
    });
  const { params, likeness } = sampled({});

  expect(params).toMatchObject({ seed: 7, steps: 12, guidanceScale: 4, denoise: 0.5, noiseSchedule: 'karras' });
  expect(likeness).toBe('exact');
  // As Python's bool has it.
  for (const no of [false, 0, null, '']) {
    expect(sampled({ add_noise: no }, { denoise: 1 }).params).toMatchObject({ addNoise: false });
  }
  expect(sampled({ add_noise: 'false' }, { denoise: 1 }).params).not.toHaveProperty('addNoise');
});

test('a BasicGuider is guidance 1 without a negative prompt', () => {
  const guider = { class_type: 'BasicGuider', inputs: { model: ['4', 0], conditioning: ['6', 0] } };
  const { node, params, workflow } = imported(advanced({ '11': guider }));

  expect(params).toMatchObject({ guidanceScale: 1 });
  const prompt = workflow.nodes[node?.inputs?.['prompt']?.split('.')[0] ?? ''];
  expect(prompt?.params).toMatchObject({ prompt: 'a heart' });
  expect(prompt?.params).not.toHaveProperty('negativePrompt', 'blurred');
});

test('the halves of split noise levels are the first and the last steps', () => {
  const whole = { ...LEVELS, inputs: { ...LEVELS.inputs, denoise: 1 } };
  const split = { class_type: 'SplitSigmas', inputs: { sigmas: ['13', 0], step: 5 } };
  const half = (slot: number) => ({ ...SAMPLER, inputs: { ...SAMPLER.inputs, sigmas: ['15', slot] } });
  const first = imported(advanced({ '13': whole, '15': split, '14': half(0) }));
  const last = imported(
    advanced({ '13': whole, '15': split, '14': half(1), '10': { class_type: 'DisableNoise', inputs: {} } }),
  );

  expect(first.params).toMatchObject({ stopAt: 5, steps: 12 });
  expect(first.params).not.toHaveProperty('leftoverNoise');
  expect(last.params).toMatchObject({ startAt: 5, addNoise: false, seed: 0 });
});

test('SDTurboScheduler takes every hundredth timestep, as the first of ten even steps', () => {
  const turbo = { class_type: 'SDTurboScheduler', inputs: { model: ['4', 0], steps: 2, denoise: 1 } };
  const { params } = imported(advanced({ '13': turbo }));

  expect(params).toMatchObject({ noiseSchedule: 'simple', steps: 10, stopAt: 2, leftoverNoise: false });
});

test('sigmas that differ slightly from a KSampler’s are detected', () => {
  const karras = {
    class_type: 'KarrasScheduler',
    inputs: { steps: 9, sigma_max: 14.614642, sigma_min: 0.0291675, rho: 7 },
  };
  const heun = { class_type: 'KSamplerSelect', inputs: { sampler_name: 'dpm_2' } };

  expect(imported(advanced({ '13': karras }))).toMatchObject({
    ...{ likeness: 'alike', params: { noiseSchedule: 'karras', steps: 9 } },
    words: 'The noise levels are the same but for the last digit.',
  });
  expect(imported(advanced({ '12': heun }))).toMatchObject({
    ...{ likeness: 'alike', words: 'All noise levels are passed.' },
  });
});

test.each([
  [
    '13',
    'KarrasScheduler',
    { steps: 9, sigma_max: 80 },
    'The noise levels of KarrasScheduler have a counterpart with its presets only.',
  ],
  ['13', 'FlipSigmas', { sigmas: ['99', 0] }, 'The noise levels of FlipSigmas have no counterpart.'],
  ['12', 'SamplerEulerAncestral', { eta: 0.5 }, 'The sampler of SamplerEulerAncestral has no counterpart.'],
  ['11', 'DualCFGGuider', { cfg_conds: 8 }, 'The guidance of DualCFGGuider has no counterpart.'],
] as const)('what a KSampler does not support stays a placeholder that says why (%s: %s)', (id, type, inputs, why) => {
  const { workflow, words } = imported(advanced({ [id]: { class_type: type, inputs } }));

  expect(words).toBe(why);
  expect(Object.values(workflow.nodes).map((node) => node.type)).toContain('ComfyUI:SamplerCustomAdvanced');
});

test('it is exported as it was, and a changed setting goes to the node that says it', () => {
  const { workflow } = imported(advanced());
  const changed = withParams(workflow, { steps: 30, guidanceScale: 3, sampler: 'heun', seed: 5 });

  expect(exportComfyUi(workflow).prompt).toEqual(advanced());
  const { prompt, left } = exportComfyUi(changed);
  expect(left).toEqual({});
  expect(prompt).toEqual(
    advanced({
      '10': { ...NOISE, inputs: { noise_seed: 5 } },
      '11': { ...GUIDER, inputs: { ...GUIDER.inputs, cfg: 3 } },
      '12': { ...SELECT, inputs: { sampler_name: 'heun' } },
      '13': { ...LEVELS, inputs: { ...LEVELS.inputs, steps: 30 } },
    }),
  );
});

test('what the other nodes cannot say is exported as a KSampler', () => {
  const turbo = { class_type: 'SDTurboScheduler', inputs: { model: ['4', 0], steps: 1, denoise: 1 } };
  const { workflow } = imported(advanced({ '13': turbo }));
  const { prompt } = exportComfyUi(withParams(workflow, { steps: 20 }));

  expect(prompt['14']).toMatchObject({ class_type: 'KSamplerAdvanced', inputs: { steps: 20, model: ['4', 0] } });
  expect(prompt['14']?.inputs).not.toHaveProperty('sigmas');
  expect(Object.keys(prompt)).not.toContain('13');
});
