import { SchedulerConfigError, schedulerFor } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const CHECKPOINT = {
  scheduler: { _class_name: 'PNDMScheduler', beta_schedule: 'scaled_linear', skip_prk_steps: true },
};

test('“checkpoint” uses the class and the settings of the checkpoint', () => {
  const { timesteps } = schedulerFor(CHECKPOINT, { scheduler: 'checkpoint', steps: 3 });

  expect(timesteps).toEqual([666, 333, 333, 0]);
});

test('a config that names no class leaves “checkpoint” without a meaning', () => {
  expect(() => schedulerFor({ scheduler: {} }, { scheduler: 'checkpoint', steps: 3 })).toThrow(
    new SchedulerConfigError(
      'scheduler/scheduler_config.json, "_class_name": expected the class of the checkpoint’s own scheduler, got nothing; ' +
        'choose a scheduler by name',
    ),
  );
});

test.each([
  ['ddim', { karrasSigmas: true }, 'karrasSigmas'],
  ['checkpoint', { karrasSigmas: true }, 'karrasSigmas'],
  ['dpmpp-2s', { timestepSpacing: 'trailing' }, 'timestepSpacing'],
  ['heun', { rescaleZeroSnr: true }, 'rescaleZeroSnr'],
] as const)('%s refuses %j', (scheduler, settings, param) => {
  expect(() => schedulerFor(CHECKPOINT, { scheduler, steps: 3, ...settings })).toThrow(
    `${param}: the scheduler "${scheduler}" has no such setting. Leave it at its default, or take one of `,
  );
});

test('settings replace those of the checkpoint', () => {
  const make = (settings: object) => schedulerFor(CHECKPOINT, { scheduler: 'euler', steps: 2, ...settings });

  expect(make({}).timesteps).toEqual([999, 0]);
  expect(make({ timestepSpacing: 'trailing' }).timesteps).toEqual([999, 499]);
  expect(make({ karrasSigmas: true, timestepSpacing: 'leading' }).timesteps[0]).toBeCloseTo(500, 3);
  expect(make({ rescaleZeroSnr: true }).initNoiseSigma).toBeGreaterThan(4000);
});

test('the stochastic form of the solver draws, the other does not', () => {
  const draws = (scheduler: 'dpmpp-2m' | 'dpmpp-2m-sde') => {
    let count = 0;
    const randn = (size: number) => {
      count++;
      return new Float32Array(size);
    };
    const values = new Float32Array(1);
    schedulerFor(CHECKPOINT, { scheduler, steps: 2 }).step({ modelOutput: values, sample: values, call: 0, randn });
    return count;
  };

  expect([draws('dpmpp-2m'), draws('dpmpp-2m-sde')]).toEqual([0, 1]);
});

test('a spacing of the noise levels replaces that of the checkpoint', () => {
  const checkpoint = { scheduler: { ...CHECKPOINT.scheduler, use_karras_sigmas: true } };
  const make = (settings: object) => schedulerFor(checkpoint, { scheduler: 'dpmpp-2m', steps: 5, ...settings });

  // diffusers 0.42.1: DPMSolverMultistepScheduler.from_config(config, use_..._sigmas=True).set_timesteps(5).timesteps
  expect(make({}).timesteps).toEqual([999, 848, 566, 130, 0]);
  expect(make({ sigmaSpacing: 'exponential' }).timesteps).toEqual([999, 740, 303, 37, 0]);
  expect(make({ sigmaSpacing: 'beta' }).timesteps).toEqual([999, 979, 925, 789, 0]);
  expect(make({ sigmaSpacing: 'lu' }).timesteps).toEqual([999, 740, 303, 37, 0]);
});

test.each([
  ['ddim', { sigmaSpacing: 'exponential' }, 'the scheduler "ddim" has no such setting'],
  ['euler', { sigmaSpacing: 'lu' }, 'the scheduler "euler" has no such setting'],
  ['euler', { sigmaSpacing: 'beta', karrasSigmas: true }, '"beta" and Karras sigmas cannot go together'],
] as const)('%s refuses %j', (scheduler, settings, message) => {
  expect(() => schedulerFor(CHECKPOINT, { scheduler, steps: 3, ...settings })).toThrow(`sigmaSpacing: ${message}`);
});
