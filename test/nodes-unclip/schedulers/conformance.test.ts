import { createScheduler, SCHEDULER_CLASS_NAMES, SchedulerConfigError } from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { runTowards, STABLE_DIFFUSION, zeros } from '../../support/scheduler-runs.js';

// What holds for every scheduler. Whole runs are compared with diffusers 0.42.1 in test/parity, stage scheduler.

/** The constructors of diffusers 0.42.1 that do not take a key. */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  // LCM and TCD take the key and make nothing of it.
  timestep_spacing: [
    ...['DPMSolverSinglestepScheduler', 'UnCLIPScheduler', 'LCMScheduler', 'TCDScheduler', 'IPNDMScheduler'],
  ],
  thresholding: [
    ...['PNDMScheduler', 'EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler', 'HeunDiscreteScheduler'],
    ...['LMSDiscreteScheduler', 'KDPM2DiscreteScheduler', 'KDPM2AncestralDiscreteScheduler', 'UnCLIPScheduler'],
    // It takes the key and makes nothing of it.
    ...['TCDScheduler', 'IPNDMScheduler'],
  ],
  use_karras_sigmas: [
    ...['DDIMScheduler', 'DDPMScheduler', 'PNDMScheduler', 'EulerAncestralDiscreteScheduler', 'UnCLIPScheduler'],
    ...['LCMScheduler', 'TCDScheduler', 'IPNDMScheduler'],
  ],
  // It has its own schedule.
  prediction_type: ['IPNDMScheduler'],
  beta_start: ['IPNDMScheduler'],
  beta_schedule: ['IPNDMScheduler'],
};

describe.each(SCHEDULER_CLASS_NAMES)('%s', (className) => {
  // The prior's scheduler has its own schedule; all others use Stable Diffusion's.
  const isPrior = className === 'UnCLIPScheduler';
  const config = {
    ...STABLE_DIFFUSION,
    ...(isPrior ? { beta_schedule: 'squaredcos_cap_v2' } : {}),
    ...{ prediction_type: 'epsilon', set_alpha_to_one: true, skip_prk_steps: true },
  };
  // These never end without noise.
  const isNoisy = ['DEISMultistepScheduler', 'TCDScheduler', 'SASolverScheduler'].includes(className);
  const tolerance = isNoisy ? 0.1 : 2e-3;
  // IPNDM takes every answer for v.
  const answer = className === 'IPNDMScheduler' ? 'v' : 'noise';
  const errorOf = (result: Float32Array) => Math.max(...result.map((value) => Math.abs(value - 0.75)));

  // IPNDM begins without any signal, which only many steps make up for.
  const counts = className === 'IPNDMScheduler' ? [30] : [1, 2, 14, 15, 30].slice(isPrior ? 1 : 0);

  test.each(counts)('a model that knows the image reaches it in %i steps', (steps) => {
    const result = runTowards(createScheduler(className, config, { steps }), 0.75, answer);

    expect(errorOf(result)).toBeLessThan(tolerance);
  });

  test.each([1, 5, 11])('a run without its first %i of 12 steps continues like a whole one, and ends there', (skip) => {
    const whole = createScheduler(className, config, { steps: 12 });
    const rest = createScheduler(className, config, { steps: 12, skip });
    // diffusers counts the calls of PNDM from the beginning of the rest, which does not end where a whole one would.
    if (className === 'PNDMScheduler') {
      expect(rest.timesteps).toEqual(whole.timesteps.slice(skip));
      return;
    }
    // Others double the second entry of what they have, so the comparison begins after it.
    const from = whole.levels.length - rest.levels.length + 2;

    expect(rest.levels[0]).toEqual(whole.levels.findLast(({ spread }) => spread === rest.levels[0]?.spread));
    expect(rest.levels.slice(2)).toEqual(whole.levels.slice(from));
    expect(rest.timesteps.slice(2)).toEqual(whole.timesteps.slice(from));
    expect(errorOf(runTowards(rest, 0.75, answer))).toBeLessThan(tolerance);
  });

  test('noise never grows, and there is one level for each call and for the result', () => {
    const { levels, timesteps } = createScheduler(className, config, { steps: 9 });
    const ratios = levels.map(({ signal, spread }) => spread / signal);

    expect(levels).toHaveLength(timesteps.length + 1);
    // The middle of an ancestral step is the next level, but for the last digit.
    for (const [i, ratio] of ratios.slice(1).entries())
      expect(ratio).toBeLessThanOrEqual((ratios[i] ?? 0) * (1 + 1e-6));
  });

  test('a step changes none of what it gets', () => {
    const scheduler = createScheduler(className, config, { steps: 2 });
    const [modelOutput, sample] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];

    scheduler.step({ modelOutput, sample, call: 0, randn: zeros });

    expect([[...modelOutput], [...sample]]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test.each([0, 1.5, -1, 1001, Number.NaN])('%s steps are refused', (steps) => {
    expect(() => createScheduler(className, config, { steps })).toThrow(
      new SchedulerConfigError(`${className}, steps: expected an integer from 1 to 1000, got ${steps}`),
    );
  });

  test.each([-1, 4, 0.5])('leaving %s of 4 steps out is refused', (skip) => {
    expect(() => createScheduler(className, config, { steps: 4, skip })).toThrow(
      new SchedulerConfigError(`${className}, skip: expected an integer from 0 to 3, got ${skip}`),
    );
  });

  test.each([
    [{ beta_start: 'low' }, '"beta_start": expected a number from 0 to 1, got "low"'],
    [{ num_train_timesteps: 0.5 }, '"num_train_timesteps": expected an integer from 1 to 100000, got 0.5'],
    [{ trained_betas: [0.1] }, /"trained_betas": expected (?:1000 numbers 0\.\.1|null), got \[0\.1\]$/],
    [{ prediction_type: 'flow' }, /"prediction_type": expected one of [a-z_, ]+, got "flow"$/],
    [{ beta_schedule: 'sigmoid' }, /"beta_schedule": expected one of [a-z_2, ]+, got "sigmoid"$/],
  ])('the config %j is refused by its key, or ignored by a class that has no such key', (broken, message) => {
    const make = () => createScheduler(className, { ...config, ...broken }, { steps: 5 });
    const [key = ''] = Object.keys(broken);

    if (LACKS[key]?.includes(className)) return expect(make().timesteps.length).toBeGreaterThan(0);
    expect(make).toThrow(SchedulerConfigError);
    expect(make).toThrow(message);
  });

  test.each([
    [
      { timestep_spacing: 'sideways' },
      '"timestep_spacing": expected one of leading, linspace, trailing, got "sideways"',
    ],
    [{ thresholding: true }, '"thresholding": expected false: the other setting is not supported here, got true'],
    [{ use_karras_sigmas: 'yes' }, '"use_karras_sigmas": expected true or false, got "yes"'],
  ])('the config %j is refused, or ignored by a class that has no such key', (broken, message) => {
    const make = () => createScheduler(className, { ...config, ...broken }, { steps: 5 });
    const [key = ''] = Object.keys(broken);

    if (LACKS[key]?.includes(className)) expect(make().timesteps.length).toBeGreaterThan(0);
    else expect(make).toThrow(new SchedulerConfigError(`${className}, ${message}`));
  });
});
