import { alphaLevels } from './alpha-levels.js';
import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { at } from './linear-combination.js';
import { mixtureAt, type PredictionType, predictNoise, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkEta, checkSteps } from './scheduler-config.js';
import { checkTimesteps, integerTimesteps, readStepsOffset, readTimestepSpacing } from './timestep-spacing.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;
const CLASS_NAME = 'DDIMScheduler';

/**
 * Song et al. 2020, DDIM.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_ddim.py
 */
export function createDdim(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0, eta = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader);
  const { numTrainTimesteps } = schedule;
  reader.only('thresholding', false);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  checkEta(CLASS_NAME, eta);
  const all = integerTimesteps({
    spacing: readTimestepSpacing(reader, 'leading'),
    steps,
    numTrainTimesteps,
    stepsOffset: readStepsOffset(reader, numTrainTimesteps),
  });
  checkTimesteps(CLASS_NAME, all, numTrainTimesteps);
  const timesteps = all.slice(skip);
  const clips = reader.boolean('clip_sample', true);
  const clipRange = reader.number('clip_sample_range', 1, { min: 0 });
  const settings: Settings = {
    schedule,
    prediction: readPredictionType(reader),
    finalAlphaProd: reader.boolean('set_alpha_to_one', true) ? 1 : at(schedule.alphasCumprod, 0),
    clipRange: clips ? fround(clipRange) : Number.POSITIVE_INFINITY,
    stride: Math.floor(numTrainTimesteps / steps),
    eta: fround(eta),
  };
  return {
    ...MEMORYLESS,
    timesteps,
    levels: alphaLevels(schedule, timesteps),
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (args) => ddimStep(settings, at(timesteps, args.call), args),
  };
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly prediction: PredictionType;
  /** alpha_bar beyond the last timestep. */
  readonly finalAlphaProd: number;
  /** x_0 is clamped to plus and minus this. */
  readonly clipRange: number;
  /** Timesteps between two calls. */
  readonly stride: number;
  readonly eta: number;
}

function ddimStep(settings: Settings, timestep: number, { modelOutput, sample, randn }: StepArgs): Float32Array {
  // DDIM, https://arxiv.org/abs/2010.02502, equations (12) and (16). Every operation rounds to float32, as torch's do.
  //   modelOutput -> e_theta, v or x_0     predOriginalSample -> x_0    predEpsilon -> e_theta(x_t, t)
  //   alphaProd -> alpha_bar_t             alphaProdPrev -> alpha_bar_t-1
  //   stdDev -> sigma_t(eta)
  const { schedule, prediction, finalAlphaProd, clipRange, stride, eta } = settings;

  // 1. the two ends of the step
  const previous = timestep - stride;
  const alphaProd = at(schedule.alphasCumprod, timestep);
  const alphaProdPrev = previous >= 0 ? at(schedule.alphasCumprod, previous) : finalAlphaProd;
  const betaProd = fround(1 - alphaProd);
  const betaProdPrev = fround(1 - alphaProdPrev);

  // 2. how much of the step is random, equation (16). With eta 1 the direction is a difference of nearly equal numbers,
  //    so the roots need torch's own rounding; where that leads below 0, diffusers has NaN and a black image.
  const variance = fround(fround(betaProdPrev / betaProd) * fround(1 - fround(alphaProd / alphaProdPrev)));
  const stdDev = fround(eta * torchSqrt(variance));
  const direction = torchSqrt(Math.max(fround(betaProdPrev - fround(stdDev * stdDev)), 0));
  const aPrev = torchSqrt(alphaProdPrev);
  const noise = eta > 0 ? randn(sample.length) : null;

  // 3. x_0 and epsilon from what the model predicts
  const from = mixtureAt(alphaProd);
  const original = predictOriginal(prediction, from, { modelOutput, sample });
  const epsilon = predictNoise(prediction, from, { modelOutput, sample });

  return original.map((x, i) => {
    // 4. x_0 is clamped; epsilon is not derived from it again
    const clamped = Math.min(Math.max(x, -clipRange), clipRange);
    // 5. x_t-1, equation (12)
    const mean = fround(fround(aPrev * clamped) + fround(direction * at(epsilon, i)));
    return noise === null ? mean : fround(mean + fround(stdDev * at(noise, i)));
  });
}
