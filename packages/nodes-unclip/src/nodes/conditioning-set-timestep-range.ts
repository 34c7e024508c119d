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
  description:
    'Lets a prompt steer during a part of the sampling only. Combine it with prompts for the rest of the time.',
  keywords: ['prompt schedule', 'start', 'end'],
  category: 'conditioning',
  inputs: { conditioning: { type: 'conditioning', help: 'The prompt; the negative prompt stays as it is.' } },
  outputs: { conditioning: { type: 'conditioning', help: 'The prompt of that time.' } },
  params: {
    start: share('Where the prompt begins to steer', 0),
    end: share('Where it stops', 1),
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
