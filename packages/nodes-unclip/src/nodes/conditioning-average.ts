import { defineNode } from '../define-node.js';
import { averageSides } from '../sampling/compose-conditioning.js';

export const conditioningAverage = defineNode({
  type: 'ConditioningAverage',
  version: 1,
  title: 'Average Prompts',
  description: 'Blends two prompts into one, such as halfway between a cat and a dog.',
  keywords: ['prompt blend', 'mix prompts', 'interpolate'],
  category: 'conditioning',
  inputs: {
    to: { type: 'conditioning', help: 'The prompt at strength 1.' },
    from: { type: 'conditioning', help: 'The prompt at strength 0.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The blended prompt, and the blended negative prompt.' } },
  params: {
    strength: {
      kind: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'The position between “from” (0) and “to” (1).',
    },
  },
  async evaluate({ inputs: { to, from }, params: { strength } }) {
    const positive = averageSides(to.positive, from.positive, strength);
    return { conditioning: { positive, negative: averageSides(to.negative, from.negative, strength) } };
  },
});
