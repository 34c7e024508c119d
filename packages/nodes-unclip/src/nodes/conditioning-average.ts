import { defineNode } from '../define-node.js';
import { averageSides } from '../sampling/compose-conditioning.js';

export const conditioningAverage = defineNode({
  type: 'ConditioningAverage',
  version: 1,
  title: 'Average Prompts',
  description: 'Makes one prompt that lies between two, such as halfway from a cat to a dog.',
  keywords: ['prompt blend', 'mix prompts', 'interpolate'],
  category: 'conditioning',
  inputs: {
    to: { type: 'conditioning', help: 'The prompt that a strength of 1 gives.' },
    from: { type: 'conditioning', help: 'The prompt that a strength of 0 gives.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt between them, and so the negative one.' } },
  params: {
    strength: {
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How far it lies on the way from the prompt “from” to the prompt “to”.',
    },
  },
  async evaluate({ inputs: { to, from }, params: { strength } }) {
    const positive = averageSides(to.positive, from.positive, strength);
    return { conditioning: { positive, negative: averageSides(to.negative, from.negative, strength) } };
  },
});
