import { defineNode } from '../define-node.js';
import { partsOf, sideOf } from '../port-types/conditioning.js';
import { combineSides } from '../sampling/compose-conditioning.js';
import { NUMERICS_PARAM } from './shared-params.js';

const more = (number: number) =>
  ({ type: 'conditioning', optional: true, help: `Another prompt, number ${number}.` }) as const;

export const conditioningCombine = defineNode({
  type: 'ConditioningCombine',
  version: 1,
  title: 'Combine Prompts',
  description:
    'Combines several prompts, each with its area, mask or timestep range: regional prompting. Where they overlap, they are averaged.',
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
    conditioning: { type: 'conditioning', help: 'All prompts and all negative prompts; identical ones count once.' },
  },
  params: {
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: a prompt that is connected twice counts twice in the average. diffusers: once.',
    },
  },
  async evaluate({ inputs, params }) {
    const { first, second, third, fourth, fifth, sixth } = inputs;
    const all = [first, second, third, fourth, fifth, sixth].filter((one) => one !== undefined);
    const positive = all.map((one) => one.positive);
    const conditioning = {
      // ComfyUI takes the mean of all that are given. Its prompts have one side, which is the positive one here.
      positive: params.numerics === 'comfyui' ? sideOf(positive.flatMap(partsOf)) : combineSides(positive),
      negative: combineSides(all.map((one) => one.negative)),
    };
    return { conditioning };
  },
});
