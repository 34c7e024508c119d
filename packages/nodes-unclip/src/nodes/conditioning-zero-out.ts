import { defineNode } from '../define-node.js';
import { zeroSide } from '../sampling/compose-conditioning.js';

export const conditioningZeroOut = defineNode({
  type: 'ConditioningZeroOut',
  version: 1,
  title: 'Zero Out Prompt',
  description: 'Replaces an encoded prompt by zeros, which carry no meaning; an empty prompt still does.',
  keywords: ['empty prompt', 'negative', 'unconditional'],
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt and the negative prompt.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompts, with zeros.' } },
  params: {
    side: {
      kind: 'choice',
      default: 'negative',
      options: ['negative', 'positive', 'both'],
      help: 'Which of the two is replaced.',
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
