import type { ParamCondition, ParamConflict } from '@unclip-studio/graph-core';
import { type SchedulerClass, schedulerClass } from '../schedulers/index.js';
import { SCHEDULER_CLASSES, SIGMA_NAMES } from './scheduler-choices.js';

const WITH_DIFFUSERS = { param: 'numerics', is: ['diffusers'] } as const;
const WITH_COMFYUI = { param: 'numerics', is: ['comfyui'] } as const;

/**
 * Settings of a sampler that have no effect with its scheduler or numerics. Conflicts with models and connected inputs
 * are detected when it runs: `refuseUnknownSettings` and `chooseScheduler`.
 */
export const SAMPLER_CONFLICTS = [
  ...without('karrasSigmas', { is: [true] }, ({ spacedSigmas }) => spacedSigmas.includes('karras')),
  ...SIGMA_NAMES.flatMap((name) =>
    name === 'default'
      ? []
      : without('sigmaSpacing', { is: [name] }, ({ spacedSigmas }) => spacedSigmas.includes(name)),
  ),
  ...without('timestepSpacing', { isNot: ['default'] }, ({ hasSpacing }) => hasSpacing),
  ...without('rescaleZeroSnr', { is: [true] }, ({ hasZeroSnr }) => hasZeroSnr),
  {
    when: [WITH_DIFFUSERS, { param: 'karrasSigmas', is: [true] }, { param: 'sigmaSpacing', isNot: ['default'] }],
    problem:
      'sigmaSpacing: "{sigmaSpacing}" and Karras sigmas cannot go together. Switch karrasSigmas off, or choose "default".',
    because: { code: 'settings-exclude-each-other', settings: ['sigmaSpacing', 'karrasSigmas'] },
  },
  ...noEffect(WITH_DIFFUSERS, 'comfyui', {
    startAt: { above: 0 },
    leftoverNoise: { is: [false] },
    firstInBatch: { above: -1 },
  }),
  ...noEffect(WITH_COMFYUI, 'diffusers', {
    eta: { above: 0 },
    karrasSigmas: { is: [true] },
    sigmaSpacing: { isNot: ['default'] },
    timestepSpacing: { isNot: ['default'] },
    rescaleZeroSnr: { is: [true] },
    changeAt: { above: 0 },
    sameNoise: { is: [true] },
    seedPerImage: { is: [true] },
    variationStrength: { above: 0 },
    pureNoise: { is: [true] },
    deepEvery: { above: 1 },
  }),
] as const satisfies readonly ParamConflict[];

type Used =
  | { readonly is: readonly (string | boolean)[] }
  | { readonly isNot: readonly string[] }
  | { readonly above: number };

/** A setting that some schedulers do not have; the checkpoint's own scheduler may be any. */
function without<Name extends string>(param: Name, used: Used, has: (known: SchedulerClass) => boolean) {
  const namesWhere = (wanted: boolean): readonly string[] =>
    Object.entries(SCHEDULER_CLASSES).flatMap(([name, className]) =>
      has(schedulerClass(className)) === wanted ? [name] : [],
    );
  const when = [WITH_DIFFUSERS, { param, ...used }, { param: 'scheduler' as const, is: namesWhere(false) }] as const;
  const problem = `${param}: the scheduler "{scheduler}" has no such setting. Leave it at its default, or take one of ${namesWhere(true).join(', ')}.`;
  const because = { code: 'settings-without-effect', settings: [param], choice: '{scheduler}' } as const;
  return [{ when, problem, because }] as const;
}

/** Settings that one of the two ways to compute does not know. */
function noEffect<Name extends string>(
  numerics: ParamCondition<'numerics'>,
  other: string,
  settings: { readonly [Param in Name]: Used },
) {
  return (Object.entries(settings) as [Name, Used][]).map(
    ([param, used]) =>
      ({
        when: [numerics, { param, ...used } as ParamCondition<Name>],
        problem: `${param} would have no effect with numerics “{numerics}”. Set it back, or numerics to “${other}”.`,
        because: { code: 'settings-without-effect', settings: [param], choice: '{numerics}' },
      }) as const,
  );
}
