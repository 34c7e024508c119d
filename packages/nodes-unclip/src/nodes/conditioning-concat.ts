import { defineNode } from '../define-node.js';
import { concatSides } from '../sampling/compose-conditioning.js';

export const conditioningConcat = defineNode({
  type: 'ConditioningConcat',
  version: 1,
  title: 'Concat Prompts',
  description: 'Appends the tokens of one prompt to another, so that the two are encoded separately (BREAK).',
  keywords: ['long prompt', 'break'],
  category: 'conditioning',
  inputs: {
    first: { type: 'conditioning', help: 'The first prompt; it keeps its area, mask and range.' },
    second: { type: 'conditioning', help: 'The prompt to append; if it has several parts, its first.' },
  },
  outputs: { conditioning: { type: 'conditioning', help: 'The joined prompt and the joined negative prompt.' } },
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
