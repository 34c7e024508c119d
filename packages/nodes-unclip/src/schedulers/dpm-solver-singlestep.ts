import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { dpmppCoefficients } from './dpmpp-coefficients.js';
import { combine, difference, type Term } from './linear-combination.js';
import { type PredictionType, predictOriginal, readPredictionType } from './prediction.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { pointAt, type SolverPoint, solverLevel, toSolverPoint } from './solver-point.js';
import { planSolverSigmas } from './solver-sigmas.js';

const { fround } = Math;
const CLASS_NAME = 'DPMSolverSinglestepScheduler';

/**
 * Lu et al. 2022, DPM-Solver++ in its singlestep form: groups of one to three calls, each of which starts again from the
 * sample at its start. The class knows the spacing "linspace" only.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_dpmsolver_singlestep.py
 */
export function createDpmSolverSinglestep(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const settings = readSettings(reader);
  const { schedule, finalSigma } = settings;
  const { numTrainTimesteps } = schedule;
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const { timesteps, sigmas } = planSolverSigmas(reader, {
    ...{ schedule, steps, finalSigma },
    clipsNoisiest: true,
    hasOwnSpacing: true,
  });
  return new DpmSolverSinglestep(settings, {
    timesteps: timesteps.slice(skip),
    points: sigmas.slice(skip).map(toSolverPoint),
    orders: ordersOf(settings, steps).slice(skip),
  });
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly prediction: PredictionType;
  readonly order: number;
  readonly stochastic: boolean;
  readonly solverType: 'midpoint' | 'heun';
  readonly lowerOrderFinal: boolean;
  readonly finalSigma: 'zero' | 'sigma_min';
}

function readSettings(reader: ConfigReader): Settings {
  reader.only('thresholding', false);
  // Names that other classes store under the same keys mean the default here, as in diffusers.
  const algorithm = reader.choice('algorithm_type', 'dpmsolver++', ['dpmsolver++', 'sde-dpmsolver++', 'deis']);
  const solverType = reader.choice('solver_type', 'midpoint', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2']);
  return {
    schedule: readNoiseSchedule(reader, { classHasZeroSnr: false }),
    prediction: readPredictionType(reader),
    order: reader.number('solver_order', 2, { min: 1, max: 3, integer: true }),
    stochastic: algorithm === 'sde-dpmsolver++',
    solverType: solverType === 'heun' ? 'heun' : 'midpoint',
    lowerOrderFinal: reader.boolean('lower_order_final', false),
    finalSigma: reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']),
  };
}

/** The order of each call: 1 2 3 1 2 3 .., with lower ones at the end. */
function ordersOf({ order, lowerOrderFinal, finalSigma }: Settings, steps: number): readonly number[] {
  const orders = Array.from({ length: steps }, (_, call) => (call % order) + 1);
  // diffusers switches the setting on where the groups do not come out even or the last step ends without noise.
  const lower = lowerOrderFinal || steps % order !== 0 || finalSigma === 'zero';
  // The last group is cut short, so that a call of order 1 ends the run: .. 1 2 3 | 1 2 1 for six calls of order 3.
  if (lower && steps % order === 0) orders[steps - 1] = 1;
  if (finalSigma === 'zero') orders[steps - 1] = 1;
  return orders;
}

interface Plan {
  readonly timesteps: readonly number[];
  /** One more than there are timesteps. */
  readonly points: readonly SolverPoint[];
  readonly orders: readonly number[];
}

class DpmSolverSinglestep implements Scheduler {
  readonly initNoiseSigma = 1;
  readonly timesteps: readonly number[];
  readonly levels: readonly NoiseLevel[];
  readonly #settings: Settings;
  readonly #plan: Plan;
  readonly #callOrder = new CallOrder();
  /** The predictions of x_0, the newest first. */
  #history: readonly Float32Array[] = [];
  /** Where the group of calls began. */
  #start: Float32Array = new Float32Array(0);

  constructor(settings: Settings, plan: Plan) {
    this.#settings = settings;
    this.#plan = plan;
    this.timesteps = plan.timesteps;
    this.levels = plan.points.map(solverLevel);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  snapshot(): readonly Float32Array[] {
    return [this.#start, ...this.#history];
  }

  restore(call: number, [start, ...history]: readonly Float32Array[]): void {
    if (start === undefined) throw new Error('Internal error: a memory of another scheduler');
    this.#callOrder.startAt(call);
    this.#start = start;
    this.#history = history;
  }

  step({ modelOutput, sample, call, randn }: StepArgs): Float32Array {
    this.#callOrder.expect(call);
    const { order: maxOrder, prediction, stochastic } = this.#settings;
    const original = predictOriginal(prediction, pointAt(this.#plan.points, call), { modelOutput, sample });
    this.#history = [original, ...this.#history].slice(0, maxOrder);
    const noise = stochastic ? randn(sample.length) : null;
    // A run that starts inside a group has no earlier predictions yet.
    const order = Math.min(this.#plan.orders[call] ?? 1, this.#history.length);
    if (order === 1) this.#start = sample;
    return this.#update(call, order, noise);
  }

  #update(call: number, order: number, noise: Float32Array | null): Float32Array {
    // DPM-Solver++, https://arxiv.org/abs/2211.01095, algorithm 1 and appendix B.
    //   target -> t    from -> where the group began, s_1 or s_2    h -> lambda_t - lambda_from
    //   oldest -> x_theta there    m0 m1 -> the later predictions of the group, the newest first
    const { solverType, stochastic } = this.#settings;
    const point = (index: number) => pointAt(this.#plan.points, index);
    const target = point(call + 1);
    const from = point(call - order + 1);
    const h = fround(target.lambda - from.lambda);
    const factors = dpmppCoefficients({ target, from }, { stochastic });
    const [m0, m1, m2] = this.#history as readonly [Float32Array, Float32Array?, Float32Array?];
    const oldest = (order === 3 ? m2 : order === 2 ? m1 : m0) ?? m0;
    const share = (index: number) => fround(fround(point(index).lambda - from.lambda) / h);

    // 1. order 1: D0 alone
    const terms: Term[] = [
      [factors.sample, this.#start],
      [factors.d0, oldest],
    ];
    if (order >= 2) {
      // 2. order 2: D1 = (m0 - D0) / r0
      const r0 = share(call);
      const slope = difference(m0, oldest, fround(1 / r0));
      if (order === 2) terms.push([solverType === 'midpoint' ? factors.d1Midpoint : factors.d1, slope]);
      else if (solverType === 'midpoint' || m1 === undefined) terms.push([factors.d1, slope]);
      else {
        // 3. order 3: D1 = (r0 D1_0 - r1 D1_1) / (r0 - r1), D2 = 2 (D1_1 - D1_0) / (r0 - r1); slope -> D1_1
        const r1 = share(call - 1);
        const olderSlope = difference(m1, oldest, fround(1 / r1));
        const gap = fround(r0 - r1);
        const mixed = combine([
          [r0, olderSlope],
          [-r1, slope],
        ]).map((value) => value / gap);
        terms.push([factors.d1, mixed], [factors.d2, difference(slope, olderSlope, 2).map((value) => value / gap)]);
      }
    }
    if (noise !== null) terms.push([factors.noise, noise]);
    return combine(terms);
  }
}
