import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';
import { PROMPT_STRENGTH_PARAM } from './shared-params.js';

export const conditioningSetStrength = defineNode({
  type: 'ConditioningSetStrength',
  version: 1,
  title: 'Set Prompt Strength',
  description: 'Says how much a prompt counts among those that it is combined with. Alone it steers as before.',
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt; the negative prompt stays as it is.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with this strength.' } },
  params: { strength: PROMPT_STRENGTH_PARAM },
  async evaluate({ inputs: { conditioning }, params: { strength } }) {
    const positive = eachPart(conditioning.positive, (part) => ({ ...part, strength }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
