import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { dpmppCoefficients } from './dpmpp-coefficients.js';
import { combine, difference, type Term } from './linear-combination.js';
import { type MultistepPlan, MultistepSolver } from './multistep-solver.js';
import { type PredictionType, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { withoutInfiniteSigma } from './sigma-table.js';
import { toSolverPoint } from './solver-point.js';
import { planSolverSigmas } from './solver-sigmas.js';
import { roundHalfEven } from './timestep-spacing.js';

const { fround } = Math;
const CLASS_NAME = 'DPMSolverMultistepScheduler';
/** From this many steps on, the last ones need no lower order to be stable. */
const MANY_STEPS = 15;

/**
 * Lu et al. 2022, DPM-Solver++ in its multistep form: orders 1 to 3, as ODE or SDE.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_dpmsolver_multistep.py
 */
export function createDpmSolverMultistep(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const settings = readSettings(reader, steps);
  const { schedule, finalSigma } = settings;
  const { numTrainTimesteps } = schedule;
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const { timesteps, sigmas } = planSolverSigmas(reader, {
    ...{ schedule, steps, finalSigma },
    hasLu: true,
    // The cosine schedule's timesteps are cut off to integers, all others are rounded.
    toInteger: reader.config.beta_schedule === 'squaredcos_cap_v2' ? Math.trunc : roundHalfEven,
    clipsNoisiest: true,
  });
  return new DpmSolverMultistep(settings, {
    timesteps: timesteps.slice(skip),
    points: sigmas.slice(skip).map(toSolverPoint),
  });
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly steps: number;
  readonly prediction: PredictionType;
  readonly order: number;
  readonly stochastic: boolean;
  readonly solverType: 'midpoint' | 'heun';
  readonly lowerOrderFinal: boolean;
  readonly eulerAtFinal: boolean;
  readonly finalSigma: 'zero' | 'sigma_min';
}

function readSettings(reader: ConfigReader, steps: number): Settings {
  reader.only('thresholding', false);
  // Names that other classes store under the same keys mean the default here, as in diffusers.
  const algorithm = reader.choice('algorithm_type', 'dpmsolver++', ['dpmsolver++', 'sde-dpmsolver++', 'deis']);
  const solverType = reader.choice('solver_type', 'midpoint', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2']);
  return {
    schedule: withoutInfiniteSigma(reader, readNoiseSchedule(reader)),
    steps,
    prediction: readPredictionType(reader),
    order: reader.number('solver_order', 2, { min: 1, max: 3, integer: true }),
    stochastic: algorithm === 'sde-dpmsolver++',
    solverType: solverType === 'heun' ? 'heun' : 'midpoint',
    lowerOrderFinal: reader.boolean('lower_order_final', true),
    eulerAtFinal: reader.boolean('euler_at_final', false),
    finalSigma: reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']),
  };
}

/** Its history holds predictions of x_0. */
class DpmSolverMultistep extends MultistepSolver {
  readonly #settings: Settings;

  constructor(settings: Settings, plan: Omit<MultistepPlan, 'order'>) {
    super({ ...plan, order: settings.order });
    this.#settings = settings;
  }

  protected advance({ modelOutput, sample, call, randn }: StepArgs): Float32Array {
    const { prediction, stochastic } = this.#settings;
    const original = predictOriginal(prediction, this.point(call), { modelOutput, sample });
    this.remember(original);
    // Drawn at the last call too, where its factor may be 0: the stream moves on as in diffusers.
    const noise = stochastic ? randn(sample.length) : null;
    return this.#update(call, { sample, noise });
  }

  #orderOf(call: number): number {
    const { order, steps, lowerOrderFinal, eulerAtFinal, finalSigma } = this.#settings;
    const left = this.timesteps.length - 1 - call;
    const fewSteps = lowerOrderFinal && steps < MANY_STEPS;
    if (left === 0 && (eulerAtFinal || fewSteps || finalSigma === 'zero')) return 1;
    const limit = left === 1 && fewSteps ? 2 : order;
    return Math.min(limit, order, call + 1);
  }

  #update(call: number, { sample, noise }: UpdateArgs): Float32Array {
    // DPM-Solver++, https://arxiv.org/abs/2211.01095, algorithm 2 and appendix B.
    //   target, from -> t, s    h -> lambda_t - lambda_s    m0 m1 m2 -> x_theta at s, s_1, s_2
    //   D0 D1 D2 -> the prediction and its divided differences
    const { solverType, stochastic } = this.#settings;
    const order = this.#orderOf(call);
    const target = this.point(call + 1);
    const from = this.point(call);
    const h = fround(target.lambda - from.lambda);
    const factors = dpmppCoefficients({ target, from }, { stochastic });
    const [m0, m1, m2] = this.history as readonly [Float32Array, Float32Array?, Float32Array?];

    // 1. order 1: D0 alone
    const terms: Term[] = [
      [factors.sample, sample],
      [factors.d0, m0],
    ];
    if (order >= 2 && m1 !== undefined) {
      // 2. order 2: D1 = (m0 - m1) / r0
      const before = this.point(call - 1);
      const r0 = fround(fround(from.lambda - before.lambda) / h);
      const slope = difference(m0, m1, fround(1 / r0));
      if (order === 2 || m2 === undefined) {
        terms.push([order === 2 && solverType === 'midpoint' ? factors.d1Midpoint : factors.d1, slope]);
      } else {
        // 3. order 3: D1 = D1_0 + r0 / (r0 + r1) (D1_0 - D1_1), D2 = (D1_0 - D1_1) / (r0 + r1)
        const r1 = fround(fround(before.lambda - this.point(call - 2).lambda) / h);
        const rSum = fround(r0 + r1);
        const olderSlope = difference(m1, m2, fround(1 / r1));
        const mixed = combine([
          [1, slope],
          [fround(r0 / rSum), difference(slope, olderSlope, 1)],
        ]);
        terms.push([factors.d1, mixed], [factors.d2, difference(slope, olderSlope, fround(1 / rSum))]);
      }
    }
    if (noise !== null) terms.push([factors.noise, noise]);
    return combine(terms);
  }
}

interface UpdateArgs {
  readonly sample: Float32Array;
  readonly noise: Float32Array | null;
}
