import { resolve } from 'node:path';
import {
  createScheduler,
  noiseScheduleOf,
  SCHEDULER_CLASS_NAMES,
  type Scheduler,
  SchedulerConfigError,
  UnknownSchedulerError,
} from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { GoldenSet } from '../../parity/golden-set.js';
import { runTowards, STABLE_DIFFUSION, zeros } from '../../support/scheduler-runs.js';

// What holds for every scheduler is in conformance.test.ts, whole runs of diffusers 0.42.1 in test/parity.

const noNoise = (): never => {
  throw new Error('no noise may be drawn here');
};

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

test('DDIM rejects steps beyond its table', () => {
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

test('solver names of other classes mean the default', () => {
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

test('the prior’s scheduler advances one timestep or to the next call’s, on request', () => {
  const step = (unclipTarget: 'adjacent' | 'next') =>
    createScheduler(
      'UnCLIPScheduler',
      { prediction_type: 'sample', clip_sample: false },
      { steps: 4, unclipTarget },
    ).step({
      ...{ modelOutput: Float32Array.of(1), sample: Float32Array.of(0), call: 0, randn: zeros },
    })[0];

  // From timestep 999, nearly all noise, to 998 there is hardly any x_0; to 666 there is.
  expect(step('adjacent')).toBeLessThan(0.01);
  expect(step('next')).toBeGreaterThan(0.4);
});
