import { defineNode } from '../define-node.js';

export const conditioningPair = defineNode({
  type: 'ConditioningPair',
  version: 1,
  title: 'Pair Prompts: positive and negative',
  description:
    'Takes one prompt as what the image should show, and another as what it should not: a negative prompt of several parts.',
  keywords: ['positive', 'negative'],
  category: 'conditioning',
  inputs: {
    positive: { type: 'conditioning', help: 'What the image should show; its negative prompt does not count.' },
    negative: { type: 'conditioning', help: 'Its prompt is what the image should not show.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'Both, for a sampler.' } },
  params: {},
  async evaluate({ inputs: { positive, negative } }) {
    return { conditioning: { positive: positive.positive, negative: negative.positive } };
  },
});
