import { withReason } from '@unclip-studio/graph-core';
import { readNoiseSchedule } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { at, combine, type Term } from './linear-combination.js';
import { type NoiseSplit, splitNoise } from './noise-split.js';
import { type PredictionType, readPredictionType } from './prediction.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, SchedulerConfigError } from './scheduler-config.js';
import { planSigmas, type SigmaPlan, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';
import { sigmaToTimestep } from './sigma-spacing.js';

const { exp, fround, log } = Math;

/**
 * DPM-Solver-2 as k-diffusion has it: the second call of a step is in the middle, in ln sigma. One call at the last.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_k_dpm_2_discrete.py
 */
export function createKdpm2Discrete(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  return createKdpm2('KDPM2DiscreteScheduler', config, options);
}

/**
 * The same with ancestral sampling: each step leads to less noise than the next level has, and adds new noise up to it. Draws
 * at every second call.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_k_dpm_2_ancestral_discrete.py
 */
export function createKdpm2AncestralDiscrete(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  return createKdpm2('KDPM2AncestralDiscreteScheduler', config, options);
}

type ClassName = 'KDPM2DiscreteScheduler' | 'KDPM2AncestralDiscreteScheduler';

function createKdpm2(className: ClassName, config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(className, config);
  const defaultBetas = { start: 0.00085, end: 0.012, schedule: 'linear' } as const;
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false, defaultBetas });
  const prediction = readPredictionType(reader, ['epsilon', 'v_prediction']);
  const plan = planSigmas(reader, { schedule, options, roundsKarras: true });
  // diffusers finds its place by the first timestep, and would skip a step here and divide by 0 at the end.
  if (plan.timesteps.length > 1 && plan.timesteps[0] === plan.timesteps[1]) {
    throw withReason(
      new SchedulerConfigError(
        `${className}: ${options.steps} steps begin with timestep ${plan.timesteps[0]} twice; take fewer steps`,
      ),
      { code: 'steps-not-possible', scheduler: className, steps: options.steps },
    );
  }
  return new Kdpm2Discrete(plan, { prediction, ancestral: className === 'KDPM2AncestralDiscreteScheduler' });
}

interface Settings {
  readonly prediction: PredictionType;
  readonly ancestral: boolean;
}

class Kdpm2Discrete implements Scheduler {
  readonly initNoiseSigma: number;
  readonly timesteps: readonly number[];
  readonly levels: readonly NoiseLevel[];
  readonly #settings: Settings;
  /** The noise of each call's sample: a step's start, its middle, the next start, .., the result. */
  readonly #sigmas: readonly number[];
  /** By step: how much of the next level is new noise, and how much is left of the old. */
  readonly #splits: readonly NoiseSplit[];
  readonly #callOrder = new CallOrder();
  /** Between the two calls of a step: where it began, and with how much noise. */
  #start: { readonly sample: Float32Array; readonly sigma: number } | null = null;

  constructor({ timesteps, sigmas, initNoiseSigma, logTable }: SigmaPlan, settings: Settings) {
    this.initNoiseSigma = initNoiseSigma;
    this.#settings = settings;
    this.#splits = sigmas
      .slice(1)
      .map((next, i) => (settings.ancestral ? splitNoise(at(sigmas, i), next) : { up: 0, down: next }));
    // The last step has no middle: its end has no noise, and no logarithm.
    const middles = sigmas.slice(1, -1).map((sigma, i) => {
      const { down } = this.#splits[i] ?? { down: sigma };
      return settings.ancestral ? middleOf(down, at(sigmas, i)) : middleOf(at(sigmas, i), sigma);
    });
    this.timesteps = timesteps.flatMap((timestep, i) =>
      i === 0 ? [timestep] : [sigmaToTimestep(at(middles, i - 1), logTable), timestep],
    );
    this.#sigmas = sigmas.flatMap((sigma, i) =>
      i === 0 || i === sigmas.length - 1 ? [sigma] : [at(middles, i - 1), sigma],
    );
    this.levels = this.#sigmas.map(sigmaLevel);
  }

  scaleModelInput(sample: Float32Array, call: number): Float32Array {
    return scaleBySigma(sample, at(this.#sigmas, call));
  }

  snapshot(): readonly Float32Array[] | undefined {
    return this.#start === null ? [] : undefined;
  }

  restore(call: number): void {
    this.#callOrder.startAt(call);
  }

  step({ modelOutput, sample, call, randn }: StepArgs): Float32Array {
    // DPM-Solver-2, https://arxiv.org/abs/2206.00927, algorithm 1, in terms of sigma.
    this.#callOrder.expect(call);
    // 1. x_0 and the derivative at this noise level
    const sigma = at(this.#sigmas, call);
    const original = originalAtSigma(this.#settings.prediction, sigma, { modelOutput, sample });
    const derivative = derivativeAtSigma(sample, original, sigma);
    const start = this.#start ?? { sample, sigma };
    const isFirst = this.#start === null;
    this.#start = isFirst && call < this.timesteps.length - 1 ? start : null;
    const along = (target: number): readonly Term[] => [
      [1, start.sample],
      [fround(target - start.sigma), derivative],
    ];
    // 2. first call: to the middle
    if (isFirst) return combine(along(at(this.#sigmas, call + 1)));
    // 3. second call: from the start to the end, with the middle's derivative, and up with noise
    const { up, down } = this.#splits[(call - 1) / 2] ?? { up: 0, down: 0 };
    return combine([...along(down), ...(this.#settings.ancestral ? [[up, randn(sample.length)] as const] : [])]);
  }
}

/** The geometric mean. */
function middleOf(a: number, b: number): number {
  const [logA, logB] = [fround(log(a)), fround(log(b))];
  return fround(exp(fround(logA - fround(fround(logA - logB) * 0.5))));
}
