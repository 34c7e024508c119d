import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';
import { PROMPT_STRENGTH_PARAM } from './shared-params.js';

export const conditioningSetStrength = defineNode({
  type: 'ConditioningSetStrength',
  version: 1,
  title: 'Set Prompt Strength',
  description: 'Sets the weight of a prompt among the prompts it is combined with. It has no effect on a prompt alone.',
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt; its negative prompt stays unchanged.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with this strength.' } },
  params: { strength: PROMPT_STRENGTH_PARAM },
  async evaluate({ inputs: { conditioning }, params: { strength } }) {
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, strength }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
