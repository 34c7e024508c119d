import { absentText } from '../checkpoints/checkpoint.js';
import { matchLora } from '../checkpoints/match-lora.js';
import { defineNode } from '../define-node.js';
import type { InferenceService } from '../models/inference.js';
import type { AbsentModel } from '../models/model.js';
import { NUMERICS_PARAM } from './shared-params.js';

const NOT_CONNECTED: AbsentModel = {
  absent: 'Apply LoRA: no text encoder is connected, so it has none to output. Connect one.',
  because: { code: 'not-connected', input: 'text' },
};

export const applyLora = defineNode({
  type: 'ApplyLora',
  version: 1,
  title: 'Apply LoRA',
  description:
    'Adds a LoRA to a model, such as a style, a character or an object. Chain several nodes to use several LoRAs.',
  keywords: ['lora', 'lycoris', 'locon', 'loha', 'lokr', 'dora', 'load lora', 'style'],
  category: 'model',
  inputs: {
    unet: { type: 'unet', help: 'A model of the kind that the LoRA was trained for.' },
    text: {
      type: 'text-model',
      optional: true,
      help: 'Its text encoder. If it is not connected, the LoRA’s text encoder weights are not used.',
    },
  },
  outputs: {
    unet: { type: 'unet', help: 'The model with the LoRA.' },
    text: { type: 'text-model', help: 'The text encoder with the LoRA, if one is connected.' },
  },
  params: {
    lora: {
      kind: 'checkpoint',
      model: 'lora',
      default: '',
      help: 'The name of a file in models/loras: LoRA, LoCon, LoHa, LoKr or DoRA.',
    },
    strength: {
      kind: 'number',
      default: 1,
      min: -100,
      max: 100,
      step: 0.05,
      help: 'How strongly the LoRA changes the model. 0: not at all; below 0: the opposite.',
    },
    textStrength: {
      kind: 'number',
      default: 1,
      min: -100,
      max: 100,
      step: 0.05,
      label: 'text strength',
      help: 'How strongly the LoRA changes the text encoder.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: LoRA weights for layers that this model lacks are skipped, as in ComfyUI. diffusers: such a LoRA is an error.',
    },
  },
  async evaluate({ inputs, params }, { services }) {
    const { unet, text } = inputs;
    const file = await services.checkpoints.openModel('lora', params.lora);
    const { identity } = file;
    const targets = {
      ...{ unet, text: text ?? null, textWidth: unet.config.crossAttentionDim },
      ignoresUnknown: params.numerics === 'comfyui',
    };
    const weights = await matchLora(file, targets);
    noticeLeftOut(services.inference, file.name, weights.leftOut);
    return {
      unet: unet.adapt({ identity, strength: params.strength, weights: weights.unet }),
      text:
        text?.adapt({ identity, strength: params.textStrength, weights: weights.text }) ?? absentText(NOT_CONNECTED),
    };
  },
});

function noticeLeftOut(inference: InferenceService, lora: string, [layer, ...others]: readonly string[]): void {
  if (layer === undefined) return;
  const more = others.length;
  inference.notice?.(
    `LoRA "${lora}": this model has no layer for "${layer}"${more === 0 ? '' : ` and ${more} more`}, left out as in ComfyUI.`,
    { code: 'lora-layers-left-out', lora, layer, more },
  );
}
