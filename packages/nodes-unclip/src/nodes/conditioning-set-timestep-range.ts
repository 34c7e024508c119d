import { defineNode } from '../define-node.js';
import { eachPart } from '../sampling/compose-conditioning.js';
import { END_BEFORE_START, spanOf } from './shared-params.js';

const share = (of: string, value: number) =>
  ({
    kind: 'number',
    default: value,
    min: 0,
    max: 1,
    step: 0.01,
    help: `${of}: 0 is pure noise, 1 the finished image.`,
  }) as const;

export const conditioningSetTimestepRange = defineNode({
  type: 'ConditioningSetTimestepRange',
  version: 1,
  title: 'Set Prompt Timestep Range',
  description: 'Limits a prompt to part of the sampling. Combine it with prompts for the other steps.',
  keywords: ['prompt schedule', 'start', 'end'],
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt; its negative prompt stays unchanged.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt with its timestep range.' } },
  params: {
    start: share('When the prompt starts', 0),
    end: share('When it ends', 1),
  },
  conflicts: [END_BEFORE_START],
  async evaluate({ inputs: { conditioning }, params }) {
    const noise = spanOf('Set Prompt Timestep Range', params);
    const positive = eachPart(conditioning.positive, (part) => ({
      ...part,
      periods: (part.periods ?? [{}]).map((period) => ({ ...period, noise })),
    }));
    return { conditioning: { positive, negative: conditioning.negative } };
  },
});
