import { alphaLevels } from './alpha-levels.js';
import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { consistencyTimesteps, readOriginalSteps } from './consistency-timesteps.js';
import { at } from './linear-combination.js';
import { mixtureAt, type PredictionType, predictNoise, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkEta } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;
const CLASS_NAME = 'TCDScheduler';

/**
 * Zheng et al. 2024, trajectory consistency distillation: each call jumps along the trajectory beyond the next
 * timestep, and new noise leads back to it. With eta 0 there is none, with eta 1 each call jumps to the image.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_tcd.py
 */
export function createTcd(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { eta = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const defaultBetas = { start: 0.00085, end: 0.012, schedule: 'scaled_linear' } as const;
  const schedule = readNoiseSchedule(reader, { defaultBetas });
  const { numTrainTimesteps } = schedule;
  checkEta(CLASS_NAME, eta);
  const originalSteps = readOriginalSteps(reader, options, numTrainTimesteps);
  const stride = Math.floor(numTrainTimesteps / originalSteps);
  const timesteps = consistencyTimesteps(CLASS_NAME, options, {
    ...{ numTrainTimesteps, originalSteps },
    taughtTimesteps(strength) {
      // A run that names the number itself may take any timestep.
      const [count, step] =
        options.originalSteps === undefined
          ? [Math.floor(originalSteps * strength), stride]
          : [Math.floor(numTrainTimesteps * strength), 1];
      return Array.from({ length: count }, (_, i) => (count - i) * step - 1);
    },
  });
  const settings: Settings = { schedule, timesteps, prediction: readPredictionType(reader), eta };
  return {
    ...MEMORYLESS,
    timesteps,
    levels: [
      ...alphaLevels(schedule, timesteps).slice(0, -1),
      // The last call jumps to timestep 0, not to the clean image.
      ...alphaLevels(schedule, [0]).slice(0, 1),
    ],
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (args) => tcdStep(settings, args),
  };
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly timesteps: readonly number[];
  readonly prediction: PredictionType;
  readonly eta: number;
}

function tcdStep(
  { schedule, timesteps, prediction, eta }: Settings,
  { modelOutput, sample, call, randn }: StepArgs,
): Float32Array {
  // https://arxiv.org/abs/2402.19159, algorithm 4.
  //   t -> this call    next -> the next one    s -> (1 - gamma) next, which the model jumps to; eta -> gamma
  const { alphasCumprod } = schedule;
  const isLast = call === timesteps.length - 1;
  const next = isLast ? 0 : at(timesteps, call + 1);
  const s = Math.floor(fround(fround(1 - eta) * next));
  const alphaProdNext = at(alphasCumprod, next);
  const alphaProdS = at(alphasCumprod, s);
  // 1. along the trajectory to s
  const from = mixtureAt(at(alphasCumprod, at(timesteps, call)));
  const original = predictOriginal(prediction, from, { modelOutput, sample });
  const epsilon = predictNoise(prediction, from, { modelOutput, sample });
  const { alpha, sigma } = mixtureAt(alphaProdS);
  const jumped = original.map((x, i) => fround(alpha * x) + fround(sigma * at(epsilon, i)));
  if (eta === 0 || isLast) return jumped;
  // 2. back to the noise of the next call
  const ratio = fround(alphaProdNext / alphaProdS);
  const [kept, added] = [torchSqrt(ratio), torchSqrt(fround(1 - ratio))];
  const noise = randn(sample.length);
  return jumped.map((value, i) => fround(kept * value) + fround(added * at(noise, i)));
}
