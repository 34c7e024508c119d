import { defineNode } from '../define-node.js';
import { zeroSide } from '../sampling/compose-conditioning.js';

export const conditioningZeroOut = defineNode({
  type: 'ConditioningZeroOut',
  version: 1,
  title: 'Zero Out Prompt',
  description: 'Replaces encoded text by zeros, which say nothing at all; an empty prompt still says something.',
  keywords: ['empty prompt', 'negative', 'unconditional'],
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt and the negative prompt.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The same, with zeros.' } },
  params: {
    side: {
      kind: 'choice',
      default: 'negative',
      options: ['negative', 'positive', 'both'],
      help: 'Which of the two becomes zeros.',
    },
  },
  async evaluate({ inputs: { conditioning }, params: { side } }) {
    const { positive, negative } = conditioning;
    return {
      conditioning: {
        positive: side === 'negative' ? positive : zeroSide(positive),
        negative: side === 'positive' ? negative : zeroSide(negative),
      },
    };
  },
});
