import { createScheduler, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const CONFIG = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  algorithm_type: 'sde-dpmsolver++',
};

// diffusers 0.42.1, torch 2.13.0: python tools/reference/singlestep_sde.py
const EXPECTED = [
  {
    steps: 5,
    settings: { prediction_type: 'v_prediction' },
    timesteps: [999, 799, 599, 400, 200],
    sample: [0.90054494, -0.79846543, -1.5686829, 0.3816233, 0.48628661, -0.92504704],
  },
  {
    steps: 8,
    settings: { prediction_type: 'v_prediction', use_karras_sigmas: true },
    timesteps: [999, 890, 746, 549, 299, 90, 12, 0],
    sample: [1.1167004, -0.92188531, -1.8593547, 0.6719588, 0.17098191, -0.53375918],
  },
  {
    steps: 9,
    settings: { prediction_type: 'epsilon', solver_order: 3 },
    timesteps: [999, 888, 777, 666, 555, 444, 333, 222, 111],
    sample: [478.49664, 0.011388417, -479.59015, -363.50647, 0.13663889, 362.33038],
  },
  {
    steps: 6,
    settings: { prediction_type: 'epsilon', solver_type: 'heun' },
    timesteps: [999, 832, 666, 500, 333, 166],
    sample: [216.85094, -0.25253001, -217.90178, -176.06921, 1.9381249, 172.88278],
  },
];

test.each(EXPECTED)(
  'DPM++ SDE, singlestep, $steps steps, gives the numbers of diffusers',
  ({ steps, settings, timesteps, sample: expected }) => {
    const scheduler = createScheduler('DPMSolverSinglestepScheduler', { ...CONFIG, ...settings }, { steps });
    const generator = new TorchGenerator(11);
    let sample: Float32Array = generator.randn(6).map((noise) => noise * scheduler.initNoiseSigma);

    scheduler.timesteps.forEach((_, call) => {
      // Rows of three, turned around.
      const modelOutput = sample.map(
        (value, i) => 0.7 * (sample[3 * Math.floor(i / 3) + 2 - (i % 3)] ?? 0) - 0.2 * value,
      );
      sample = scheduler.step({ modelOutput, sample, call, randn: (count) => generator.randn(count) });
    });

    expect(scheduler.timesteps).toEqual(timesteps);
    const largest = Math.max(...expected.map(Math.abs));
    for (const [i, value] of sample.entries())
      expect(Math.abs(value - (expected[i] ?? 0)) / largest).toBeLessThan(1e-5);
  },
);
