import { readNoiseSchedule } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { at, combine } from './linear-combination.js';
import { type PredictionType, readPredictionType } from './prediction.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { planSigmas, type SigmaPlan, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';

const { fround } = Math;
const CLASS_NAME = 'HeunDiscreteScheduler';

/**
 * Karras et al. 2022, algorithm 2 without churn: Heun's method. Two calls a step, but one at the last.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_heun_discrete.py
 */
export function createHeunDiscrete(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const defaultBetas = { start: 0.00085, end: 0.012, schedule: 'linear' } as const;
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false, defaultBetas });
  const prediction = readPredictionType(reader);
  const clipRange = reader.boolean('clip_sample', false)
    ? fround(reader.number('clip_sample_range', 1, { min: 0 }))
    : Number.POSITIVE_INFINITY;
  const plan = planSigmas(reader, { schedule, options });
  return new HeunDiscrete(plan, { prediction, clipRange });
}

interface Settings {
  readonly prediction: PredictionType;
  /** x_0 is clamped to plus and minus this. */
  readonly clipRange: number;
}

class HeunDiscrete implements Scheduler {
  readonly initNoiseSigma: number;
  readonly timesteps: readonly number[];
  readonly levels: readonly NoiseLevel[];
  readonly #settings: Settings;
  /** The noise level of each call's sample, then that of the result. */
  readonly #sigmas: readonly number[];
  readonly #callOrder = new CallOrder();
  /** Between the two calls of a step: where it began, its derivative there and its length. */
  #half: { readonly sample: Float32Array; readonly derivative: Float32Array; readonly dt: number } | null = null;

  constructor({ timesteps, sigmas, initNoiseSigma }: SigmaPlan, settings: Settings) {
    this.initNoiseSigma = initNoiseSigma;
    this.#settings = settings;
    // t0 t1 t1 t2 t2 ..: a step's second call uses the timestep at which the next step begins.
    this.timesteps = timesteps.flatMap((timestep, i) => (i === 0 ? [timestep] : [timestep, timestep]));
    const last = sigmas.length - 1;
    this.#sigmas = sigmas.flatMap((sigma, i) => (i === 0 || i === last ? [sigma] : [sigma, sigma]));
    this.levels = this.#sigmas.map(sigmaLevel);
  }

  scaleModelInput(sample: Float32Array, call: number): Float32Array {
    return scaleBySigma(sample, at(this.#sigmas, call));
  }

  snapshot(): readonly Float32Array[] | undefined {
    return this.#half === null ? [] : undefined;
  }

  restore(call: number): void {
    this.#callOrder.startAt(call);
  }

  step({ modelOutput, sample, call }: StepArgs): Float32Array {
    // https://arxiv.org/abs/2206.00364, algorithm 2 with S_churn = 0.
    this.#callOrder.expect(call);
    const { prediction, clipRange } = this.#settings;
    // 1. x_0 and the derivative at this noise level
    const sigma = at(this.#sigmas, call);
    const original = originalAtSigma(prediction, sigma, { modelOutput, sample }).map((value) =>
      Math.min(Math.max(value, -clipRange), clipRange),
    );
    const derivative = derivativeAtSigma(sample, original, sigma);
    const half = this.#half;
    if (half === null) {
      // 2. first call: straight on to the next level
      const dt = fround(at(this.#sigmas, call + 1) - sigma);
      this.#half = call === this.timesteps.length - 1 ? null : { sample, derivative, dt };
      return combine([
        [1, sample],
        [dt, derivative],
      ]);
    }
    // 3. second call: again from the start, along the mean of both derivatives
    this.#half = null;
    const mean = half.derivative.map((first, i) => fround(first + at(derivative, i)) / 2);
    return combine([
      [1, half.sample],
      [half.dt, mean],
    ]);
  }
}
