import { resolve } from 'node:path';
import {
  createScheduler,
  noiseScheduleOf,
  SCHEDULER_CLASS_NAMES,
  type Scheduler,
  SchedulerConfigError,
  TorchGenerator,
  UnknownSchedulerError,
} from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';
import { GoldenSet } from '../../parity/golden-set.js';

// Whole runs are compared with diffusers 0.42.1 in test/parity, stage scheduler.

const STABLE_DIFFUSION = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  prediction_type: 'v_prediction',
  clip_sample: false,
};

/** The constructors of diffusers 0.42.1 that do not take a key. */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  timestep_spacing: ['DPMSolverSinglestepScheduler', 'UnCLIPScheduler'],
  thresholding: [
    ...['PNDMScheduler', 'EulerDiscreteScheduler', 'EulerAncestralDiscreteScheduler', 'HeunDiscreteScheduler'],
    ...['LMSDiscreteScheduler', 'KDPM2DiscreteScheduler', 'UnCLIPScheduler'],
  ],
  use_karras_sigmas: [
    ...['DDIMScheduler', 'DDPMScheduler', 'PNDMScheduler', 'EulerAncestralDiscreteScheduler', 'UnCLIPScheduler'],
  ],
};

const noNoise = (): never => {
  throw new Error('no noise may be drawn here');
};

/** Stochastic schedulers go the way they would go on average. */
const zeros = (count: number) => new Float32Array(count);

/** Runs with a model that always sees the same clean picture `original` behind the noise. */
function runTowards(scheduler: Scheduler, original: number): Float32Array {
  const levelOf = (call: number) => scheduler.levels[call] ?? { signal: Number.NaN, spread: Number.NaN };
  const start = new TorchGenerator(4).randn(16);
  let sample: Float32Array = start.map((noise) => levelOf(0).signal * original + levelOf(0).spread * noise);
  scheduler.timesteps.forEach((_, call) => {
    const { signal, spread } = levelOf(call);
    const modelOutput = sample.map((x) => (x - signal * original) / spread);
    sample = scheduler.step({ modelOutput, sample, call, randn: zeros });
  });
  return sample;
}

describe('noise tables', () => {
  const golden = GoldenSet.open(resolve(import.meta.dirname, '../../golden'));
  const tables = golden.cases.filter(({ id }) => id.startsWith('scheduler/tables.'));

  // Golden: `betas` and `alphas_cumprod` of diffusers 0.42.1's DDIMScheduler on torch 2.13.0, CPU.
  test.each(tables)('$id is met bit for bit', (goldenCase) => {
    const { betas, alphasCumprod } = noiseScheduleOf({ ...STABLE_DIFFUSION, ...goldenCase.params });

    expect(betas).toEqual(golden.output(goldenCase, 'betas').data);
    expect(alphasCumprod).toEqual(golden.output(goldenCase, 'alphas_cumprod').data);
  });

  test('trained betas replace the formula', () => {
    const { alphasCumprod } = noiseScheduleOf({ num_train_timesteps: 2, trained_betas: [0.5, 0.5] });

    expect([...alphasCumprod]).toEqual([0.5, 0.25]);
  });
});

describe.each(SCHEDULER_CLASS_NAMES)('%s', (className) => {
  // The prior's scheduler has a schedule of its own; all others take Stable Diffusion's.
  const isPrior = className === 'UnCLIPScheduler';
  const config = {
    ...STABLE_DIFFUSION,
    ...(isPrior ? { beta_schedule: 'squaredcos_cap_v2' } : {}),
    ...{ prediction_type: 'epsilon', set_alpha_to_one: true, skip_prk_steps: true },
  };
  // DEIS never ends without noise.
  const tolerance = className === 'DEISMultistepScheduler' ? 0.1 : 2e-3;
  const errorOf = (result: Float32Array) => Math.max(...result.map((value) => Math.abs(value - 0.75)));

  test.each([1, 2, 14, 15, 30].slice(isPrior ? 1 : 0))(
    'a model that knows the picture leads to it in %i steps',
    (steps) => {
      const result = runTowards(createScheduler(className, config, { steps }), 0.75);

      expect(errorOf(result)).toBeLessThan(tolerance);
    },
  );

  test.each([1, 5, 11])(
    'a run without its first %i of 12 steps goes on where a whole one would be, and ends there',
    (skip) => {
      const whole = createScheduler(className, config, { steps: 12 });
      const rest = createScheduler(className, config, { steps: 12, skip });
      // PNDM doubles the second entry of what it has, so the comparison begins after it.
      const from = whole.levels.length - rest.levels.length + 2;

      expect(rest.levels[0]).toEqual(whole.levels.findLast(({ spread }) => spread === rest.levels[0]?.spread));
      expect(rest.levels.slice(2)).toEqual(whole.levels.slice(from));
      expect(rest.timesteps.slice(2)).toEqual(whole.timesteps.slice(from));
      expect(errorOf(runTowards(rest, 0.75))).toBeLessThan(tolerance);
    },
  );

  test('noise never grows, and there is one level for each call and for the result', () => {
    const { levels, timesteps } = createScheduler(className, config, { steps: 9 });
    const ratios = levels.map(({ signal, spread }) => spread / signal);

    expect(levels).toHaveLength(timesteps.length + 1);
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
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
    [{ trained_betas: [0.1] }, '"trained_betas": expected 1000 numbers 0..1, got [0.1]'],
    [{ prediction_type: 'flow' }, /"prediction_type": expected one of [a-z_, ]+, got "flow"$/],
    [{ beta_schedule: 'sigmoid' }, /"beta_schedule": expected one of [a-z_2, ]+, got "sigmoid"$/],
  ])('the config %j is refused by its key', (broken, message) => {
    const make = () => createScheduler(className, { ...config, ...broken }, { steps: 5 });

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

test('an unknown class is refused with the list of those there are', () => {
  expect(() => createScheduler('toString', {}, { steps: 1 })).toThrow(UnknownSchedulerError);
  expect(() => createScheduler('FooScheduler', {}, { steps: 1 })).toThrow(
    `scheduler "FooScheduler" is not known; there are: ${SCHEDULER_CLASS_NAMES.join(', ')}`,
  );
});

test('a missing spacing is the default of the class that reads', () => {
  const timestepsOf = (className: string) => createScheduler(className, STABLE_DIFFUSION, { steps: 2 }).timesteps;

  expect(timestepsOf('DDIMScheduler')).toEqual([500, 0]);
  expect(timestepsOf('DPMSolverMultistepScheduler')).toEqual([999, 500]);
});

test('DDIM draws once a step if eta is above 0, and never at 0', () => {
  const drawsAt = (eta: number) => {
    const scheduler = createScheduler('DDIMScheduler', STABLE_DIFFUSION, { steps: 3, eta });
    let draws = 0;
    const randn = (count: number) => {
      draws++;
      return new Float32Array(count);
    };
    scheduler.timesteps.forEach((_, call) => {
      scheduler.step({ modelOutput: new Float32Array(2), sample: new Float32Array(2), call, randn });
    });
    return draws;
  };

  expect([drawsAt(0), drawsAt(0.5), drawsAt(1)]).toEqual([0, 3, 3]);
});

test('DDIM refuses an eta outside 0..1', () => {
  expect(() => createScheduler('DDIMScheduler', STABLE_DIFFUSION, { steps: 3, eta: 2 })).toThrow(
    new SchedulerConfigError('DDIMScheduler, eta: expected 0..1, got 2'),
  );
});

test('DDIM refuses steps which lead beyond its table', () => {
  expect(() => createScheduler('DDIMScheduler', { ...STABLE_DIFFUSION, steps_offset: 1 }, { steps: 1000 })).toThrow(
    new SchedulerConfigError('DDIMScheduler: 1000 steps lead to timestep 1000, outside 0..999; take other steps'),
  );
});

test('the solver refuses steps that begin with one timestep twice, where diffusers would break at the end', () => {
  const config = { ...STABLE_DIFFUSION, timestep_spacing: 'leading' };

  expect(() => createScheduler('DPMSolverMultistepScheduler', config, { steps: 1000 })).toThrow(
    'DPMSolverMultistepScheduler: 1000 steps begin with timestep 0 twice; take fewer steps',
  );
});

test('solver names which other classes store stand for the default', () => {
  const make = (config: object) =>
    createScheduler('DPMSolverMultistepScheduler', { ...STABLE_DIFFUSION, ...config }, { steps: 4 });

  const foreign = runTowards(make({ solver_type: 'bh2', algorithm_type: 'deis' }), 0.5);

  expect(foreign).toEqual(runTowards(make({}), 0.5));
});

test.each(
  [
    'DPMSolverMultistepScheduler',
    'DPMSolverSinglestepScheduler',
    'UniPCMultistepScheduler',
    'DEISMultistepScheduler',
  ].concat(['PNDMScheduler', 'HeunDiscreteScheduler', 'LMSDiscreteScheduler', 'KDPM2DiscreteScheduler']),
)('%s, which remembers earlier calls, notices calls out of order', (className) => {
  const scheduler = createScheduler(className, { ...STABLE_DIFFUSION, skip_prk_steps: true }, { steps: 4 });
  const values = new Float32Array(1);

  expect(() => scheduler.step({ modelOutput: values, sample: values, call: 1, randn: noNoise })).toThrow(
    'Internal error: expected call 0, got 1',
  );
});

test('DDPM reads what a solver wrote', () => {
  const make = (config: object) => createScheduler('DDPMScheduler', { ...STABLE_DIFFUSION, ...config }, { steps: 3 });
  const step = (scheduler: Scheduler) =>
    scheduler.step({
      ...{ modelOutput: Float32Array.of(1), sample: Float32Array.of(2), call: 0 },
      randn: () => Float32Array.of(1),
    });

  expect(step(make({ variance_type: null }))).toEqual(step(make({})));
  expect(() => make({ variance_type: 'learned' })).toThrow('expected one of fixed_small, fixed_small_log, fixed_large');
});

test('PNDM with Runge-Kutta refuses fewer than four steps', () => {
  expect(() => createScheduler('PNDMScheduler', STABLE_DIFFUSION, { steps: 3 })).toThrow(
    new SchedulerConfigError('PNDMScheduler: expected at least 4 steps, as "skip_prk_steps" is off, got 3'),
  );
});

test('the prior’s scheduler refuses a single step, where diffusers divides by 0', () => {
  expect(() => createScheduler('UnCLIPScheduler', {}, { steps: 1 })).toThrow(
    new SchedulerConfigError('UnCLIPScheduler, steps: expected at least 2, got 1'),
  );
});

test('the prior’s scheduler goes one timestep on or to the next call’s, as asked', () => {
  const step = (unclipTarget: 'adjacent' | 'next') =>
    createScheduler(
      'UnCLIPScheduler',
      { prediction_type: 'sample', clip_sample: false },
      { steps: 4, unclipTarget },
    ).step({
      ...{ modelOutput: Float32Array.of(1), sample: Float32Array.of(0), call: 0, randn: zeros },
    })[0];

  // From timestep 999, nearly all noise, to 998 there is hardly any x_0 to be had; to 666 there is.
  expect(step('adjacent')).toBeLessThan(0.01);
  expect(step('next')).toBeGreaterThan(0.4);
});
