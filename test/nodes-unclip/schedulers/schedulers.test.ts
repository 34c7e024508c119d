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

const noNoise = (): never => {
  throw new Error('no noise may be drawn here');
};

/** Runs with a model that always sees the same clean picture `original` behind the noise. */
function runTowards(scheduler: Scheduler, original: number, alphas: Float32Array): Float32Array {
  let sample: Float32Array = new TorchGenerator(4).randn(16);
  scheduler.timesteps.forEach((timestep, call) => {
    const alpha = alphas[timestep] ?? Number.NaN;
    const modelOutput = sample.map((x) => (x - Math.sqrt(alpha) * original) / Math.sqrt(1 - alpha));
    sample = scheduler.step({ modelOutput, sample, call, randn: noNoise });
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
  const { alphasCumprod } = noiseScheduleOf(STABLE_DIFFUSION);

  test.each([1, 2, 14, 15, 30])('a model that knows the picture leads to it in %i steps', (steps) => {
    const config = { ...STABLE_DIFFUSION, prediction_type: 'epsilon', set_alpha_to_one: true };
    const scheduler = createScheduler(className, config, { steps });

    const result = runTowards(scheduler, 0.75, alphasCumprod);

    expect(Math.max(...result.map((value) => Math.abs(value - 0.75)))).toBeLessThan(1e-3);
  });

  test('a step changes none of what it gets', () => {
    const scheduler = createScheduler(className, STABLE_DIFFUSION, { steps: 2 });
    const [modelOutput, sample] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];

    scheduler.step({ modelOutput, sample, call: 0, randn: noNoise });

    expect([[...modelOutput], [...sample]]).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test.each([0, 1.5, -1, 1001, Number.NaN])('%s steps are refused', (steps) => {
    expect(() => createScheduler(className, STABLE_DIFFUSION, { steps })).toThrow(
      new SchedulerConfigError(`${className}, steps: expected an integer from 1 to 1000, got ${steps}`),
    );
  });

  test.each([
    [{ beta_start: 'low' }, '"beta_start": expected a number from 0 to 1, got "low"'],
    [
      { beta_schedule: 'sigmoid' },
      '"beta_schedule": expected one of linear, scaled_linear, squaredcos_cap_v2, got "sigmoid"',
    ],
    [{ num_train_timesteps: 0.5 }, '"num_train_timesteps": expected an integer from 1 to 100000, got 0.5'],
    [{ timestep_spacing: null }, '"timestep_spacing": expected one of leading, linspace, trailing, got null'],
    [{ prediction_type: 'flow' }, '"prediction_type": expected one of epsilon, v_prediction, sample, got "flow"'],
    [{ trained_betas: [0.1] }, '"trained_betas": expected 1000 numbers 0..1, got [0.1]'],
    [{ thresholding: true }, '"thresholding": expected false: the other setting is not supported here, got true'],
  ])('the config %j is refused by its key', (config, message) => {
    const make = () => createScheduler(className, { ...STABLE_DIFFUSION, ...config }, { steps: 5 });

    expect(make).toThrow(new SchedulerConfigError(`${className}, ${message}`));
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
  const { alphasCumprod } = noiseScheduleOf(STABLE_DIFFUSION);

  const foreign = runTowards(make({ solver_type: 'bh2', algorithm_type: 'deis' }), 0.5, alphasCumprod);

  expect(foreign).toEqual(runTowards(make({}), 0.5, alphasCumprod));
});

test('the solver notices calls out of order', () => {
  const scheduler = createScheduler('DPMSolverMultistepScheduler', STABLE_DIFFUSION, { steps: 4 });
  const values = new Float32Array(1);

  expect(() => scheduler.step({ modelOutput: values, sample: values, call: 1, randn: noNoise })).toThrow(
    'Internal error: expected call 0, got 1',
  );
});
