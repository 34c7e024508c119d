import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';
import { PROMPT_STRENGTH_PARAM } from './shared-params.js';

export const conditioningSetMask = defineNode({
  type: 'ConditioningSetMask',
  version: 1,
  title: 'Set Prompt Mask',
  description: 'Limits a prompt to the white part of a mask: regional prompting. Combine it with prompts for the rest.',
  keywords: ['regional prompt', 'region', 'mask'],
  category: 'conditioning',
  inputs: {
    conditioning: { type: 'conditioning', help: 'The prompt; its negative prompt stays unchanged.' },
    mask: { type: 'mask', help: 'White where the prompt applies; it is stretched to the image.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with its mask.' } },
  params: {
    strength: PROMPT_STRENGTH_PARAM,
    crop: {
      kind: 'choice',
      default: 'whole image',
      options: ['whole image', 'mask bounds'],
      help: 'What the model sees for this prompt: the whole image, or the rectangle around the mask.',
    },
  },
  async evaluate({ inputs: { conditioning, mask }, params: { strength, crop } }) {
    const masked = { mask, strength, cropsToMask: crop === 'mask bounds' };
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, mask: masked }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
