import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import { type ComfyClass, float, link } from '../comfy-class.js';
import { textOf } from '../comfy-graph.js';
import { unservedFileWords } from '../other-families.js';
import { NUMERICS, type SimpleRule, type Values } from './simple-rule.js';
import { numberOf } from './value-readers.js';

const LOADER = {
  type: 'LoadModel',
  prefix: 'model',
  inputs: {},
  likeness: 'exact',
  toParams: ({ ckpt_name: name }: Values) => ({
    params: { checkpoint: checkpointName(name) },
    words: unservedFileWords(textOf(name)),
  }),
  toValues: ({ checkpoint = BUNDLED_CHECKPOINT }: Values) => ({ ckpt_name: `${textOf(checkpoint)}.safetensors` }),
} as const;

const CONTROLNET = {
  type: 'LoadControlNet',
  prefix: 'controlnet',
  inputs: {},
  outputs: ['controlnet'],
  likeness: 'exact',
  toParams: ({ control_net_name: name }: Values) => ({ params: { file: modelName(name) } }),
  toValues: ({ file = '' }: Values) => ({ control_net_name: file }),
} as const;

const LORA = {
  type: 'ApplyLora',
  prefix: 'lora',
  inputs: { model: 'unet', clip: 'text' },
  outputs: ['unet', 'text'],
} as const;

// Those that are part of ComfyUI.
const CONFIG_FILES = [
  ...['anything_v3', 'v1-inference', 'v1-inference_clip_skip_2', 'v1-inference_clip_skip_2_fp16'],
  ...['v1-inference_fp16', 'v1-inpainting-inference', 'v2-inference-v', 'v2-inference-v_fp32'],
  ...['v2-inference', 'v2-inference_fp32', 'v2-inpainting-inference'],
].map((name) => `${name}.yaml`);
/** They say nothing that the checkpoint does not say, but for {@link layerOfConfig}. */
const COMMON_CONFIG = /^(?:|anything_v3\.yaml|v[12]-(?:inference|inpainting)[\w-]*\.yaml)$/;
const CONFIG_WORDS = 'Its config file is not read: the checkpoint says itself what it is.';

/** The layer of the text encoder that a config file of CheckpointLoader chooses, as CLIPSetLastLayer says it. */
export function layerOfConfig(config: unknown): number | undefined {
  return /^(?:anything_v3|v1-inference_clip_skip_2\w*)\.yaml$/.test(textOf(config)) ? -2 : undefined;
}

/** Models that are merged: both of one kind, and nothing of the others. @param port our name for it */
function mergeRules(name: 'Model' | 'CLIP', port: 'unet' | 'text'): Readonly<Record<string, SimpleRule>> {
  const [first, second] = name === 'Model' ? ['model1', 'model2'] : ['clip1', 'clip2'];
  const merge = {
    type: 'MergeModels',
    prefix: 'merge',
    inputs: { [first]: port, [second]: `${port}2` },
    outputs: [port],
    likeness: 'exact',
  } as const;
  const socket = name === 'Model' ? 'MODEL' : 'CLIP';
  const declared = (more: ComfyClass['required']): ComfyClass => ({
    required: { [first]: link(socket), [second]: link(socket), ...more },
    output: [socket],
    category: 'advanced/model_merging',
  });
  return {
    [`${name}MergeSimple`]: {
      ...merge,
      declared: declared({ ratio: float(1, 0, 1) }),
      // ComfyUI says how much of the first there is.
      toParams: ({ ratio }) => ({ params: { method: 'weighted sum', ratio: complement(numberOf(ratio, 1)) } }),
      fits: ({ method = 'weighted sum' }) => method === 'weighted sum',
      toValues: ({ ratio = 0.5 }) => ({ ratio: complement(numberOf(ratio, 0.5)) }),
    },
    [`${name}MergeAdd`]: {
      ...merge,
      declared: declared({}),
      toParams: () => ({ params: { method: 'sum', ratio: 1 } }),
      fits: ({ method, ratio }) => method === 'sum' && ratio === 1,
      toValues: () => ({}),
    },
    [`${name}MergeSubtract`]: {
      ...merge,
      declared: declared({ multiplier: float(1, -10, 10) }),
      toParams: ({ multiplier }) => ({ params: { method: 'difference', ratio: numberOf(multiplier, 1) } }),
      fits: ({ method }) => method === 'difference',
      toValues: ({ ratio = 0.5 }) => ({ multiplier: ratio }),
    },
  };
}

const MERGE_BLOCKS: SimpleRule = {
  ...{ type: 'MergeModelBlocks', prefix: 'merge', inputs: { model1: 'unet', model2: 'unet2' }, outputs: ['unet'] },
  likeness: 'exact',
  declared: {
    required: {
      ...{ model1: link('MODEL'), model2: link('MODEL') },
      ...{ input: float(1, 0, 1), middle: float(1, 0, 1), out: float(1, 0, 1) },
    },
    output: ['MODEL'],
    category: 'advanced/model_merging',
  },
  // As of ModelMergeSimple.
  toParams: ({ input, middle, out }) => {
    const [ofInput, ofMiddle, ofOutput] = [input, middle, out].map((share) => complement(numberOf(share, 1)));
    return { params: { input: ofInput, middle: ofMiddle, output: ofOutput } };
  },
  toValues: ({ input, middle, output }) => {
    const [ofInput, ofMiddle, ofOutput] = [input, middle, output].map((share) => complement(numberOf(share, 0.5)));
    return { input: ofInput, middle: ofMiddle, out: ofOutput };
  },
};

/** 1 - x, without what binary fractions leave behind. */
function complement(share: number): number {
  return Number((1 - share).toFixed(12));
}

export const LOADER_RULES: Readonly<Record<string, SimpleRule>> = {
  unCLIPCheckpointLoader: {
    ...LOADER,
    outputs: ['unet', 'text', 'vae', 'vision'],
    declared: ({ checkpoints }) => ({
      required: { ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE', 'CLIP_VISION'],
      category: 'loaders',
    }),
  },
  CheckpointLoaderSimple: {
    ...LOADER,
    outputs: ['unet', 'text', 'vae'],
    declared: ({ checkpoints }) => ({
      required: { ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE'],
      category: 'loaders',
    }),
  },
  CheckpointLoader: {
    ...LOADER,
    outputs: ['unet', 'text', 'vae'],
    declared: ({ checkpoints }) => ({
      required: { config_name: [CONFIG_FILES], ckpt_name: [checkpoints] },
      output: ['MODEL', 'CLIP', 'VAE'],
      category: 'advanced/loaders',
      isDeprecated: true,
    }),
    toParams: ({ ckpt_name: name, config_name: config }) => ({
      params: { checkpoint: checkpointName(name) },
      words: [unservedFileWords(textOf(name)), COMMON_CONFIG.test(textOf(config)) ? '' : CONFIG_WORDS].join(' ').trim(),
    }),
    toValues: (params) => ({ config_name: 'v1-inference.yaml', ...LOADER.toValues(params) }),
  },
  VAELoader: {
    type: 'LoadVAE',
    prefix: 'vae',
    inputs: {},
    outputs: ['vae'],
    likeness: 'exact',
    declared: ({ models }) => ({ required: { vae_name: [models['vae'] ?? []] }, output: ['VAE'], category: 'loaders' }),
    toParams: ({ vae_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ vae_name: file }),
  },
  CLIPVisionLoader: {
    type: 'LoadVision',
    prefix: 'vision',
    inputs: {},
    outputs: ['vision'],
    likeness: 'exact',
    declared: ({ models }) => ({
      required: { clip_name: [models['clip_vision'] ?? []] },
      output: ['CLIP_VISION'],
      category: 'loaders',
    }),
    toParams: ({ clip_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ clip_name: file }),
  },
  ControlNetLoader: {
    ...CONTROLNET,
    declared: ({ models }) => ({
      required: { control_net_name: [models['controlnet'] ?? []] },
      output: ['CONTROL_NET'],
      category: 'loaders',
    }),
  },
  // It adds what a file holds of a ControlNet to a checkpoint; files that hold the whole of one are read alike.
  DiffControlNetLoader: {
    ...CONTROLNET,
    declared: ({ models }) => ({
      required: { model: link('MODEL'), control_net_name: [models['controlnet'] ?? []] },
      output: ['CONTROL_NET'],
      category: 'loaders',
    }),
  },
  UpscaleModelLoader: {
    type: 'LoadUpscaler',
    prefix: 'upscaler',
    inputs: {},
    outputs: ['upscaler'],
    likeness: 'exact',
    declared: ({ models }) => ({
      required: { model_name: [models['upscale_models'] ?? []] },
      output: ['UPSCALE_MODEL'],
      category: 'loaders',
    }),
    toParams: ({ model_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ model_name: file }),
  },
  LoraLoader: {
    ...LORA,
    likeness: 'exact',
    declared: ({ models }) => ({
      required: {
        model: link('MODEL'),
        clip: link('CLIP'),
        lora_name: [models['loras'] ?? []],
        strength_model: float(1, -100, 100),
        strength_clip: float(1, -100, 100),
      },
      output: ['MODEL', 'CLIP'],
      category: 'loaders',
    }),
    toParams: ({ lora_name: name, strength_model: strength, strength_clip: textStrength }) => ({
      params: {
        ...{ lora: modelName(name), strength: numberOf(strength, 1), textStrength: numberOf(textStrength, 1) },
        ...NUMERICS,
      },
    }),
    fits: ({ textStrength }) => textStrength !== 0,
    toValues: ({ lora = '', strength = 1, textStrength = 1 }) => ({
      ...{ lora_name: lora, strength_model: strength, strength_clip: textStrength },
    }),
  },
  LoraLoaderModelOnly: {
    ...LORA,
    inputs: { model: 'unet' },
    outputs: ['unet'],
    likeness: 'exact',
    declared: ({ models }) => ({
      required: { model: link('MODEL'), lora_name: [models['loras'] ?? []], strength_model: float(1, -100, 100) },
      output: ['MODEL'],
      category: 'loaders',
    }),
    toParams: ({ lora_name: name, strength_model: strength }) => ({
      params: { lora: modelName(name), strength: numberOf(strength, 1), textStrength: 0, ...NUMERICS },
    }),
    fits: ({ textStrength }) => textStrength === 0,
    toValues: ({ lora = '', strength = 1 }) => ({ lora_name: lora, strength_model: strength }),
  },
  ...mergeRules('Model', 'unet'),
  ModelMergeBlocks: MERGE_BLOCKS,
  ...mergeRules('CLIP', 'text'),
};

function checkpointName(name: unknown): string {
  return textOf(name)
    .replaceAll('\\', '/')
    .replace(/\.(?:safetensors|ckpt)$/i, '');
}

/** A model that comes by itself is called by its file here, ending included. */
function modelName(name: unknown): string {
  return textOf(name).replaceAll('\\', '/');
}
