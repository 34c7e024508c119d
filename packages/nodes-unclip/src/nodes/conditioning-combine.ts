import { defineNode } from '../define-node.js';
import { combineSides } from '../sampling/compose-conditioning.js';

const more = (number: number) =>
  ({ type: 'conditioning', optional: true, help: `Another prompt, number ${number}.` }) as const;

export const conditioningCombine = defineNode({
  type: 'ConditioningCombine',
  version: 1,
  title: 'Combine Prompts',
  description:
    'Lets several prompts steer at once, each with its area, mask or range: regional prompting. Where they overlap, their mean steers.',
  keywords: ['prompt and', 'composable'],
  category: 'conditioning',
  inputs: {
    first: { type: 'conditioning', help: 'A prompt.' },
    second: { type: 'conditioning', help: 'Another prompt.' },
    third: more(3),
    fourth: more(4),
    fifth: more(5),
    sixth: more(6),
  },
  outputs: {
    conditioning: { type: 'conditioning', help: 'All the prompts, and all the negative prompts, equal ones once.' },
  },
  params: {},
  async evaluate({ inputs }) {
    const { first, second, third, fourth, fifth, sixth } = inputs;
    const all = [first, second, third, fourth, fifth, sixth].filter((one) => one !== undefined);
    const conditioning = {
      positive: combineSides(all.map(({ positive }) => positive)),
      negative: combineSides(all.map(({ negative }) => negative)),
    };
    return { conditioning };
  },
});
