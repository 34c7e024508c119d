import { readNoiseSchedule } from './beta-schedule.js';
import { at, combine, type Term } from './linear-combination.js';
import { type MultistepPlan, MultistepSolver } from './multistep-solver.js';
import { type PredictionType, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { type SolverPoint, toSolverPoint } from './solver-point.js';
import { planSolverSigmas } from './solver-sigmas.js';

const { exp, fround, log } = Math;
const CLASS_NAME = 'DEISMultistepScheduler';
/** From this many steps on, the last ones need no lower order to be stable. */
const MANY_STEPS = 15;

/**
 * Zhang and Chen 2022, DEIS in its log-rho form: orders 1 to 3. The last step ends at the table's lowest noise.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_deis_multistep.py
 */
export function createDeisMultistep(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false });
  const { numTrainTimesteps } = schedule;
  reader.only('thresholding', false);
  // Names that other classes store under the same keys mean the default here, as in diffusers.
  reader.choice('algorithm_type', 'deis', ['deis', 'dpmsolver', 'dpmsolver++']);
  reader.choice('solver_type', 'logrho', ['logrho', 'midpoint', 'heun', 'bh1', 'bh2']);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const { timesteps, sigmas } = planSolverSigmas(reader, {
    ...{ schedule, steps, finalSigma: 'sigma_min' },
    endsAtLastLevel: true,
  });
  const settings: Settings = {
    prediction: readPredictionType(reader),
    order: reader.number('solver_order', 2, { min: 1, max: 3, integer: true }),
    lowersFinal: reader.boolean('lower_order_final', true) && steps < MANY_STEPS,
  };
  return new DeisMultistep(settings, {
    timesteps: timesteps.slice(skip),
    points: sigmas.slice(skip).map(toSolverPoint),
  });
}

interface Settings {
  readonly prediction: PredictionType;
  readonly order: number;
  /** The last step has order 1, and the one before order 2 at most. */
  readonly lowersFinal: boolean;
}

/** Its history holds predictions of the noise. */
class DeisMultistep extends MultistepSolver {
  readonly #settings: Settings;

  constructor(settings: Settings, plan: Omit<MultistepPlan, 'order'>) {
    super({ ...plan, order: settings.order });
    this.#settings = settings;
  }

  protected advance({ modelOutput, sample, call }: StepArgs): Float32Array {
    const { order, prediction, lowersFinal } = this.#settings;
    const from = this.point(call);
    const original = predictOriginal(prediction, from, { modelOutput, sample });
    const epsilon = sample.map((x, i) => fround(x - fround(from.alpha * at(original, i))) / from.sigma);
    this.remember(epsilon);
    const left = this.timesteps.length - 1 - call;
    const limit = lowersFinal && left < 2 ? left + 1 : order;
    const used = this.history.slice(0, limit);
    return used.length === 1 ? this.#first(call, sample) : this.#higher(call, sample, used);
  }

  #first(call: number, sample: Float32Array): Float32Array {
    // DDIM's step, https://arxiv.org/abs/2204.13902, equation (15).
    const target = this.point(call + 1);
    const from = this.point(call);
    const growth = fround(fround(exp(fround(target.lambda - from.lambda))) - 1);
    return combine([
      [fround(target.alpha / from.alpha), sample],
      [-fround(target.sigma * growth), this.history[0] as Float32Array],
    ]);
  }

  #higher(call: number, sample: Float32Array, used: readonly Float32Array[]): Float32Array {
    // Equation (15) with the noise as a polynomial in ln rho.
    //   rhoTarget -> rho_t    rhos -> rho at the samples of the predictions, the newest first
    const target = this.point(call + 1);
    const from = this.point(call);
    const rho = ({ alpha, sigma }: SolverPoint) => fround(sigma / alpha);
    const rhoTarget = rho(target);
    const rhos = used.map((_, age) => rho(this.point(call - age)));
    // 1. each prediction's weight: its Lagrange polynomial in ln rho, integrated from rho_s to rho_t
    const weights = used.map((_, age) => {
      const own = at(rhos, age);
      // The order of the others decides about the last digits.
      const others = [...rhos.slice(age + 1), ...rhos.slice(0, age)];
      return fround(integral(rhoTarget, own, others) - integral(at(rhos, 0), own, others));
    });
    // 2. x_t / alpha_t = x_s / alpha_s + the weighted predictions
    const terms = used.map((epsilon, age): Term => [at(weights, age), epsilon]);
    const start = sample.map((x) => x / from.alpha);
    return combine([[1, start], ...terms]).map((value) => target.alpha * value);
  }
}

/** The antiderivative at `t` of the polynomial in ln rho which is 1 at `own` and 0 at the others; float32 throughout. */
function integral(t: number, own: number, others: readonly number[]): number {
  const ln = (value: number) => fround(log(value));
  const [b, lnT] = [ln(own), ln(t)];
  const [c, d] = others.map(ln) as [number, number?];
  if (d === undefined) return fround(fround(t * fround(fround(-c + lnT) - 1)) / fround(b - c));
  let sum = fround(c * fround(fround(d - lnT) + 1));
  sum = fround(sum - fround(d * lnT));
  sum = fround(sum + d);
  sum = fround(sum + fround(lnT * lnT));
  sum = fround(sum - fround(2 * lnT));
  sum = fround(sum + 2);
  return fround(fround(t * sum) / fround(fround(b - c) * fround(b - d)));
}
