import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
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

/** Those that come with ComfyUI: they say nothing that the checkpoint does not say, but for {@link layerOfConfig}. */
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
  return {
    [`${name}MergeSimple`]: {
      ...merge,
      // ComfyUI says how much of the first there is.
      toParams: ({ ratio }) => ({ params: { method: 'weighted sum', ratio: complement(numberOf(ratio, 1)) } }),
      fits: ({ method = 'weighted sum' }) => method === 'weighted sum',
      toValues: ({ ratio = 0.5 }) => ({ ratio: complement(numberOf(ratio, 0.5)) }),
    },
    [`${name}MergeAdd`]: {
      ...merge,
      toParams: () => ({ params: { method: 'sum', ratio: 1 } }),
      fits: ({ method, ratio }) => method === 'sum' && ratio === 1,
      toValues: () => ({}),
    },
    [`${name}MergeSubtract`]: {
      ...merge,
      toParams: ({ multiplier }) => ({ params: { method: 'difference', ratio: numberOf(multiplier, 1) } }),
      fits: ({ method }) => method === 'difference',
      toValues: ({ ratio = 0.5 }) => ({ multiplier: ratio }),
    },
  };
}

const MERGE_BLOCKS: SimpleRule = {
  ...{ type: 'MergeModelBlocks', prefix: 'merge', inputs: { model1: 'unet', model2: 'unet2' }, outputs: ['unet'] },
  likeness: 'exact',
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
  unCLIPCheckpointLoader: { ...LOADER, outputs: ['unet', 'text', 'vae', 'vision'] },
  CheckpointLoaderSimple: { ...LOADER, outputs: ['unet', 'text', 'vae'] },
  CheckpointLoader: {
    ...LOADER,
    outputs: ['unet', 'text', 'vae'],
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
    toParams: ({ vae_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ vae_name: file }),
  },
  CLIPVisionLoader: {
    type: 'LoadVision',
    prefix: 'vision',
    inputs: {},
    outputs: ['vision'],
    likeness: 'exact',
    toParams: ({ clip_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ clip_name: file }),
  },
  ControlNetLoader: CONTROLNET,
  // It adds what a file holds of a ControlNet to a checkpoint; files that hold the whole of one are read alike.
  DiffControlNetLoader: CONTROLNET,
  UpscaleModelLoader: {
    type: 'LoadUpscaler',
    prefix: 'upscaler',
    inputs: {},
    outputs: ['upscaler'],
    likeness: 'exact',
    toParams: ({ model_name: name }) => ({ params: { file: modelName(name) } }),
    toValues: ({ file = '' }) => ({ model_name: file }),
  },
  LoraLoader: {
    ...LORA,
    likeness: 'exact',
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
