import { readNoiseSchedule } from './beta-schedule.js';
import { at, combine, type Term } from './linear-combination.js';
import { type MultistepPlan, MultistepSolver } from './multistep-solver.js';
import { type PredictionType, predictNoise, predictOriginal, readPredictionType } from './prediction.js';
import { saSolverCoefficients } from './sa-solver-coefficients.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { toSolverPoint } from './solver-point.js';
import { planSolverSigmas } from './solver-sigmas.js';

const { exp, fround, sqrt } = Math;
const CLASS_NAME = 'SASolverScheduler';

/**
 * Xue et al. 2023, SA-Solver: Adams methods for the SDE, a predictor and a corrector that needs no additional call.
 * Between the timesteps 200 and 800 it adds noise, outside it does not. Draws noise at every call.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_sasolver.py
 */
export function createSaSolver(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false });
  const { numTrainTimesteps } = schedule;
  reader.only('thresholding', false);
  if ((config['tau_func'] ?? null) !== null) reader.refuse('tau_func', 'null', config['tau_func']);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const { timesteps, sigmas } = planSolverSigmas(reader, {
    ...{ schedule, steps, finalSigma: 'sigma_min' },
    endsAtLastLevel: true,
    clipsNoisiest: true,
  });
  const settings: Settings = {
    prediction: readPredictionType(reader),
    predictorOrder: reader.number('predictor_order', 2, { min: 1, max: 4, integer: true }),
    correctorOrder: reader.number('corrector_order', 2, { min: 1, max: 4, integer: true }),
    predictsOriginal: readAlgorithm(reader) === 'data_prediction',
    lowerOrderFinal: reader.boolean('lower_order_final', true),
  };
  return new SaSolver(settings, {
    timesteps: timesteps.slice(skip),
    points: sigmas.slice(skip).map(toSolverPoint),
  });
}

function readAlgorithm(reader: ConfigReader): 'data_prediction' | 'noise_prediction' {
  return reader.choice('algorithm_type', 'data_prediction', ['data_prediction', 'noise_prediction']);
}

interface Settings {
  readonly prediction: PredictionType;
  readonly predictorOrder: number;
  readonly correctorOrder: number;
  /** The polynomial is one of x_0, or of the noise. */
  readonly predictsOriginal: boolean;
  readonly lowerOrderFinal: boolean;
}

/** The last predictor step, which the corrector does again. */
interface LastStep {
  readonly sample: Float32Array;
  readonly noise: Float32Array;
}

/** Its history holds predictions of x_0 or of the noise. */
class SaSolver extends MultistepSolver {
  readonly #settings: Settings;
  readonly #size: number;
  #last: LastStep | null = null;

  constructor(settings: Settings, plan: Omit<MultistepPlan, 'order'>) {
    const size = Math.max(settings.predictorOrder, settings.correctorOrder - 1);
    super({ ...plan, order: size });
    this.#settings = settings;
    this.#size = size;
  }

  override snapshot(): readonly Float32Array[] {
    return this.#last === null ? [] : [this.#last.sample, this.#last.noise, ...this.history];
  }

  override restore(call: number, [sample, noise, ...history]: readonly Float32Array[]): void {
    super.restore(call, history);
    this.#last = sample === undefined || noise === undefined ? null : { sample, noise };
  }

  protected advance({ modelOutput, sample, call, randn }: StepArgs): Float32Array {
    const { prediction, predictsOriginal } = this.#settings;
    const predict = predictsOriginal ? predictOriginal : predictNoise;
    const current = predict(prediction, this.point(call), { modelOutput, sample });
    // 1. the sample of this call again, now that the model has seen it
    const corrected = this.#last === null ? sample : this.#correct(call, this.#last, current);
    this.remember(current);
    // 2. the sample of the next call
    this.#last = { sample: corrected, noise: randn(sample.length) };
    const order = this.#orderAt(call, { most: this.#settings.predictorOrder, more: 0 });
    return this.#advanceFrom(call, this.#last, {
      newest: call,
      predictions: this.history.slice(0, order),
      corrects: false,
    });
  }

  #correct(call: number, last: LastStep, current: Float32Array): Float32Array {
    const order = this.#orderAt(call - 1, { most: this.#settings.correctorOrder, more: 1 });
    const predictions = [current, ...this.history].slice(0, order);
    return this.#advanceFrom(call - 1, last, { newest: call, predictions, corrects: true });
  }

  /** Fewer at the start, without earlier predictions, and towards the end. */
  #orderAt(call: number, { most, more }: { readonly most: number; readonly more: number }): number {
    const left = this.timesteps.length - call + more;
    const known = Math.min(call, this.#size) + 1 + more;
    return Math.min(most, known, this.#settings.lowerOrderFinal ? left : most);
  }

  /** Adams-Bashforth, or Adams-Moulton if it corrects: https://arxiv.org/abs/2309.05019, equations (14) and (17). */
  #advanceFrom(
    call: number,
    { sample, noise }: LastStep,
    { newest, predictions, corrects }: Predictions,
  ): Float32Array {
    //   target, from -> t, s    h -> lambda_t - lambda_s    k -> 1 + tau^2    lambdas -> of the predictions, the newest first
    const { predictsOriginal } = this.#settings;
    const tau = this.#tauAt(call);
    const k = 1 + tau ** 2;
    const [from, target] = [this.point(call), this.point(call + 1)];
    const h = fround(target.lambda - from.lambda);
    const lambdas = predictions.map((_, age) => this.point(newest - age).lambda);
    const coefficients = [
      ...saSolverCoefficients({ start: from.lambda, end: target.lambda, lambdas, predictsOriginal, tau }),
    ];
    // 1. with two predictions of x_0, a change as UniPC has it, for few steps
    if (predictsOriginal && coefficients.length === 2) {
      const gap = corrects ? null : fround(from.lambda - this.point(call - 1).lambda);
      const change = fewStepsChange({ h, k, end: target.lambda, gap });
      coefficients[0] = fround(at(coefficients, 0) + change);
      coefficients[1] = fround(at(coefficients, 1) - change);
    }
    // 2. the weighted predictions
    const scale = predictsOriginal
      ? fround(fround(k * target.sigma) * fround(exp(-(tau ** 2 * target.lambda))))
      : fround(-k * target.alpha);
    const gradient = combine(predictions.map((values, age): Term => [fround(scale * at(coefficients, age)), values]));
    // 3. the sample, and the noise
    const kept = predictsOriginal
      ? fround(fround(exp(-(tau ** 2 * h))) * fround(target.sigma / from.sigma))
      : fround(target.alpha / from.alpha);
    const spread = predictsOriginal
      ? fround(target.sigma * fround(sqrt(fround(1 - fround(exp(fround(-2 * tau ** 2 * h)))))))
      : fround(fround(tau * target.sigma) * fround(sqrt(fround(fround(exp(fround(2 * h))) - 1))));
    return combine([
      [kept, sample],
      [1, gradient],
      [spread, noise],
    ]);
  }

  /** diffusers' own choice: noise is added in the middle only. */
  #tauAt(call: number): 0 | 1 {
    const timestep = at(this.timesteps, call);
    return timestep >= 200 && timestep <= 800 ? 1 : 0;
  }
}

interface Predictions {
  /** The call of the first of them; each other one comes from the call before. */
  readonly newest: number;
  /** The newest first. */
  readonly predictions: readonly Float32Array[];
  readonly corrects: boolean;
}

interface Change {
  readonly h: number;
  readonly k: number;
  readonly end: number;
  /** Lambda between the two predictions; `null` for the corrector, where it is h. */
  readonly gap: number | null;
}

function fewStepsChange({ h, k, end, gap }: Change): number {
  const decay = fround(exp(fround(k * -h)));
  const rest = fround(fround(fround(h * k) - 1) + decay);
  const factor = fround(exp(fround(k * end)));
  if (gap === null) {
    const inner = fround(fround(h / 2) - fround(rest / fround(k ** 2 * h)));
    return fround(factor * inner);
  }
  const inner = fround(fround(fround(h * h) / 2) - fround(rest / k ** 2));
  return fround(fround(factor * inner) / gap);
}
