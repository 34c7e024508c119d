import { defineNode } from '../define-node.js';

export const conditioningPair = defineNode({
  type: 'ConditioningPair',
  version: 1,
  title: 'Pair Prompts: positive and negative',
  description:
    'Uses one prompt as the positive and another as the negative prompt, such as a negative prompt with several parts.',
  keywords: ['positive', 'negative'],
  category: 'conditioning',
  inputs: {
    positive: { type: 'conditioning', help: 'What the image should show; its own negative prompt is ignored.' },
    negative: { type: 'conditioning', help: 'What the image should not show.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'Both, for a sampler.' } },
  params: {},
  async evaluate({ inputs: { positive, negative } }) {
    return { conditioning: { positive: positive.positive, negative: negative.positive } };
  },
});
