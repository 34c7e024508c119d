import { readNoiseSchedule } from './beta-schedule.js';
import { at, combine, difference, type Term } from './linear-combination.js';
import { type MultistepPlan, MultistepSolver } from './multistep-solver.js';
import { type PredictionType, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { withoutInfiniteSigma } from './sigma-table.js';
import { solveLinear } from './solve-linear.js';
import { type SolverPoint, toSolverPoint } from './solver-point.js';
import { planSolverSigmas } from './solver-sigmas.js';

const { expm1, fround } = Math;
const CLASS_NAME = 'UniPCMultistepScheduler';

/**
 * Zhao et al. 2023, UniPC: a predictor, and a corrector that needs no additional call. Orders 1 to 3.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_unipc_multistep.py
 */
export function createUnipcMultistep(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = withoutInfiniteSigma(reader, readNoiseSchedule(reader));
  const { numTrainTimesteps } = schedule;
  reader.only('thresholding', false);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const { timesteps, sigmas } = planSolverSigmas(reader, {
    ...{ schedule, steps },
    finalSigma: reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']),
    endsAtLastLevel: true,
  });
  // Names that other classes store under the same key mean the default here, as in diffusers.
  const solverType = reader.choice('solver_type', 'bh2', ['bh1', 'bh2', 'midpoint', 'heun', 'logrho']);
  const settings: Settings = {
    prediction: readPredictionType(reader),
    order: reader.number('solver_order', 2, { min: 1, max: 3, integer: true }),
    solverType: solverType === 'bh1' ? 'bh1' : 'bh2',
    predictsOriginal: reader.boolean('predict_x0', true),
    lowerOrderFinal: reader.boolean('lower_order_final', true),
    uncorrected: (reader.numbers('disable_corrector') ?? []).map((index) => index - skip),
  };
  return new UnipcMultistep(settings, {
    timesteps: timesteps.slice(skip),
    points: sigmas.slice(skip).map(toSolverPoint),
  });
}

interface Settings {
  readonly prediction: PredictionType;
  readonly order: number;
  readonly solverType: 'bh1' | 'bh2';
  /** The polynomial is one of x_0, or of the noise. */
  readonly predictsOriginal: boolean;
  readonly lowerOrderFinal: boolean;
  /** Calls whose result is not corrected at the next one. */
  readonly uncorrected: readonly number[];
}

/** The last predictor step, which the corrector does again. */
interface LastStep {
  readonly sample: Float32Array;
  readonly order: number;
}

/** Its history holds predictions of x_0 or of the noise. */
class UnipcMultistep extends MultistepSolver {
  readonly #settings: Settings;
  #last: LastStep | null = null;

  constructor(settings: Settings, plan: Omit<MultistepPlan, 'order'>) {
    super({ ...plan, order: settings.order });
    this.#settings = settings;
  }

  override snapshot(): readonly Float32Array[] {
    return this.#last === null ? [] : [this.#last.sample, ...this.history];
  }

  override restore(call: number, [sample, ...history]: readonly Float32Array[]): void {
    super.restore(call, history);
    this.#last = sample === undefined ? null : { sample, order: this.#usedOrder(call - 1) };
  }

  protected advance({ modelOutput, sample, call }: StepArgs): Float32Array {
    const { uncorrected } = this.#settings;
    const current = this.#predict(this.point(call), { modelOutput, sample });
    // 1. the sample of this call again, now that the model has seen it
    const corrects = this.#last !== null && !uncorrected.includes(call - 1);
    const corrected = corrects && this.#last !== null ? this.#correct(call, this.#last, current) : sample;
    this.remember(current);
    // 2. the sample of the next call, of lower order near the end
    this.#last = { sample: corrected, order: this.#usedOrder(call) };
    return this.#predictNext(call, this.#last);
  }

  #usedOrder(call: number): number {
    const { order, lowerOrderFinal } = this.#settings;
    const limit = lowerOrderFinal ? Math.min(order, this.timesteps.length - call) : order;
    return Math.min(limit, this.history.length);
  }

  #predict(point: SolverPoint, answer: Pick<StepArgs, 'modelOutput' | 'sample'>): Float32Array {
    const { prediction, predictsOriginal } = this.#settings;
    if (!predictsOriginal && prediction === 'epsilon') return answer.modelOutput;
    const original = predictOriginal(prediction, point, answer);
    if (predictsOriginal) return original;
    return answer.sample.map((x, i) => fround(x - fround(point.alpha * at(original, i))) / point.sigma);
  }

  /** UniP, https://arxiv.org/abs/2302.04867, algorithm 2. */
  #predictNext(call: number, { sample, order }: LastStep): Float32Array {
    const basis = this.#basis(call, order);
    // Order 2 takes 1/2, which its equation has as its limit.
    const rhos = order === 2 ? [0.5] : solveLinear(basis.rows(order - 1), basis.right(order - 1));
    const slopes = basis.slopes.map((slope, i): Term => [fround(at(rhos, i)), slope]);
    return this.#assemble(basis, sample, slopes);
  }

  /** UniC, algorithm 1: the step to `call` again, with the prediction there as an additional point. */
  #correct(call: number, { sample, order }: LastStep, current: Float32Array): Float32Array {
    const basis = this.#basis(call - 1, order);
    // Order 1 takes 1/2, which its equation has as its limit.
    const rhos = order === 1 ? [0.5] : solveLinear(basis.rows(order), basis.right(order));
    const change = difference(current, this.history[0] as Float32Array, 1);
    const slopes = [...basis.slopes, change].map((slope, i): Term => [fround(at(rhos, i)), slope]);
    return this.#assemble(basis, sample, slopes);
  }

  /** Everything about the step from `call` to the next. */
  #basis(call: number, order: number) {
    //   target, from -> t, s_0    h -> lambda_t - lambda_s0, negative for x_0    phi1 -> h phi_1(h)    B -> B(h)
    //   ratios -> r_k    slopes -> D_k / r_k    R rho = b of equation (5): rows of r^k, b_k = k! h phi_k+1(h) / B(h)
    const { solverType, predictsOriginal } = this.#settings;
    const target = this.point(call + 1);
    const from = this.point(call);
    const step = fround(target.lambda - from.lambda);
    const h = predictsOriginal ? -step : step;
    const phi1 = fround(expm1(h));
    const b = solverType === 'bh1' ? h : phi1;
    const earlier = this.history.slice(1, order);
    const ratios = earlier.map((_, i) => fround(fround(this.point(call - 1 - i).lambda - from.lambda) / step));
    const newest = this.history[0] as Float32Array;
    const slopes = earlier.map((values, i) => difference(values, newest, 1).map((value) => value / at(ratios, i)));
    const nodes = [...ratios, 1];
    return {
      ...{ target, from, phi1, b, slopes },
      rows: (count: number) =>
        Array.from({ length: count }, (_, power) => nodes.slice(0, count).map((node) => node ** power)),
      right: (count: number) => rightSides(h, b, count),
    };
  }

  #assemble({ target, from, phi1, b }: StepBasis, sample: Float32Array, slopes: readonly Term[]): Float32Array {
    const { predictsOriginal } = this.#settings;
    const [kept, added] = predictsOriginal ? (['sigma', 'alpha'] as const) : (['alpha', 'sigma'] as const);
    const base = combine([
      [fround(target[kept] / from[kept]), sample],
      [-fround(target[added] * phi1), this.history[0] as Float32Array],
    ]);
    // Nothing is added at order 1, where diffusers with bh1 adds 0 times infinity at the last step.
    if (slopes.length === 0) return base;
    return combine([
      [1, base],
      [-fround(target[added] * b), combine(slopes)],
    ]);
  }
}

interface StepBasis {
  readonly target: SolverPoint;
  readonly from: SolverPoint;
  readonly phi1: number;
  readonly b: number;
}

/** k! h phi_k+1(h) / B(h) for k = 1 .. count. */
function rightSides(h: number, b: number, count: number): readonly number[] {
  let phi = fround(fround(fround(expm1(h)) / h) - 1);
  let factorial = 1;
  return Array.from({ length: count }, (_, i) => {
    const side = fround(fround(phi * factorial) / b);
    factorial *= i + 2;
    phi = fround(fround(phi / h) - fround(1 / factorial));
    return side;
  });
}
