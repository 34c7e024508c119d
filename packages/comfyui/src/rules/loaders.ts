import { BUNDLED_CHECKPOINT } from '@unclip-studio/nodes-unclip';
import { textOf } from '../comfy-graph.js';
import { NUMERICS, type SimpleRule, type Values } from './simple-rule.js';
import { numberOf } from './value-readers.js';

const LOADER = {
  type: 'LoadModel',
  prefix: 'model',
  inputs: {},
  likeness: 'exact',
  toParams: ({ ckpt_name: name }: Values) => ({ params: { checkpoint: checkpointName(name) } }),
  toValues: ({ checkpoint = BUNDLED_CHECKPOINT }: Values) => ({ ckpt_name: `${textOf(checkpoint)}.safetensors` }),
} as const;

const LORA = {
  type: 'ApplyLora',
  prefix: 'lora',
  inputs: { model: 'unet', clip: 'text' },
  outputs: ['unet', 'text'],
} as const;

export const LOADER_RULES: Readonly<Record<string, SimpleRule>> = {
  unCLIPCheckpointLoader: { ...LOADER, outputs: ['unet', 'text', 'vae', 'vision'] },
  CheckpointLoaderSimple: { ...LOADER, outputs: ['unet', 'text', 'vae'] },
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
