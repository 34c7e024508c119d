import { defineNode } from '../define-node.js';
import { concatSides } from '../sampling/compose-conditioning.js';

export const conditioningConcat = defineNode({
  type: 'ConditioningConcat',
  version: 1,
  title: 'Concat Prompts',
  description:
    'Puts the tokens of one prompt behind those of another, so that the two do not mix while they are encoded.',
  keywords: ['long prompt', 'break'],
  category: 'conditioning',
  inputs: {
    first: { type: 'conditioning', help: 'The prompt in front; it keeps its area, mask and range.' },
    second: { type: 'conditioning', help: 'The prompt behind it; of several parts the first.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'One longer prompt, and one longer negative prompt.' } },
  params: {},
  models: ({ inputs: { first, second } }) => ({
    uses: [],
    extent: {
      rows: Math.max(first.rows, second.rows),
      ...(first.tokens !== undefined && second.tokens !== undefined && { tokens: first.tokens + second.tokens }),
    },
  }),
  async evaluate({ inputs: { first, second } }) {
    const positive = concatSides(first.positive, second.positive);
    return { conditioning: { positive, negative: concatSides(first.negative, second.negative) } };
  },
});
