import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { type PredictionType, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps, SchedulerConfigError } from './scheduler-config.js';
import { karrasSigmas, sigmaToTimestep } from './sigma-spacing.js';
import { multistepTimesteps, readTimestepSpacing, roundHalfEven } from './timestep-spacing.js';

const { exp, fround, log, sqrt } = Math;
const CLASS_NAME = 'DPMSolverMultistepScheduler';
/** From this many steps on, the last ones need no lower order to be stable. */
const MANY_STEPS = 15;

/**
 * Lu et al. 2022, DPM-Solver++ in its multistep form: orders 1 to 3, as ODE or SDE.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_dpmsolver_multistep.py
 */
export function createDpmSolverMultistep(config: SchedulerConfig, { steps }: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const settings = readSettings(reader);
  checkSteps(CLASS_NAME, steps, settings.schedule.numTrainTimesteps);
  const { timesteps, sigmas } = planSigmas(reader, settings, steps);
  return new DpmSolverMultistep(settings, timesteps, sigmas.map(toSolverPoint));
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly prediction: PredictionType;
  readonly order: 1 | 2 | 3;
  readonly stochastic: boolean;
  readonly solverType: 'midpoint' | 'heun';
  readonly lowerOrderFinal: boolean;
  readonly eulerAtFinal: boolean;
  readonly finalSigma: 'zero' | 'sigma_min';
}

/** One noise level, in the three forms the solver uses; float32. */
interface SolverPoint {
  readonly alpha: number;
  readonly sigma: number;
  /** Half the logarithm of the signal-to-noise ratio; +Infinity where there is no noise. */
  readonly lambda: number;
}

function readSettings(reader: ConfigReader): Settings {
  for (const key of [
    'thresholding',
    'use_exponential_sigmas',
    'use_beta_sigmas',
    'use_lu_lambdas',
    'use_flow_sigmas',
  ]) {
    reader.only(key, false);
  }
  // Names which other classes store under the same keys stand for the default here, as in diffusers.
  const algorithm = reader.choice('algorithm_type', 'dpmsolver++', ['dpmsolver++', 'sde-dpmsolver++', 'deis']);
  const solverType = reader.choice('solver_type', 'midpoint', ['midpoint', 'heun', 'logrho', 'bh1', 'bh2']);
  const order = reader.number('solver_order', 2, { min: 1, max: 3, integer: true });
  return {
    schedule: withoutInfiniteSigma(reader, readNoiseSchedule(reader)),
    prediction: readPredictionType(reader),
    order: order as Settings['order'],
    stochastic: algorithm === 'sde-dpmsolver++',
    solverType: solverType === 'heun' ? 'heun' : 'midpoint',
    lowerOrderFinal: reader.boolean('lower_order_final', true),
    eulerAtFinal: reader.boolean('euler_at_final', false),
    finalSigma: reader.choice('final_sigmas_type', 'zero', ['zero', 'sigma_min']),
  };
}

/** A terminal signal-to-noise ratio of 0 would make the first sigma infinite; diffusers takes 2^-24 for alpha_bar. */
function withoutInfiniteSigma(reader: ConfigReader, schedule: NoiseSchedule): NoiseSchedule {
  if (!reader.boolean('rescale_betas_zero_snr', false)) return schedule;
  const alphasCumprod = schedule.alphasCumprod.slice();
  alphasCumprod[alphasCumprod.length - 1] = 2 ** -24;
  return { ...schedule, alphasCumprod };
}

/** The timesteps, and the noise levels at them with the one after the last step. */
function planSigmas(reader: ConfigReader, { schedule, finalSigma }: Settings, steps: number) {
  const { alphasCumprod, numTrainTimesteps } = schedule;
  const table = alphasCumprod.map((alphaProd) => sqrt(fround(fround(1 - alphaProd) / alphaProd)));
  const lastSigma = finalSigma === 'zero' ? 0 : at(table, 0);
  if (reader.boolean('use_karras_sigmas', false)) {
    const sigmas = karrasSigmas(at(table, table.length - 1), at(table, 0), steps);
    const logTable = table.map(log);
    // The cosine schedule's timesteps are cut off to integers, all others are rounded.
    const cut = reader.config.beta_schedule === 'squaredcos_cap_v2' ? Math.trunc : roundHalfEven;
    const timesteps = sigmas.map((sigma) => cut(sigmaToTimestep(sigma, logTable)));
    checkFirstTimestep(timesteps);
    return { timesteps, sigmas: [...sigmas, lastSigma].map(fround) };
  }
  const timesteps = multistepTimesteps({
    spacing: readTimestepSpacing(reader, 'linspace'),
    steps,
    numTrainTimesteps,
    stepsOffset: reader.number('steps_offset', 0, { min: 0, max: numTrainTimesteps, integer: true }),
    lastTimestep: numTrainTimesteps - countClipped(reader, alphasCumprod),
  });
  checkFirstTimestep(timesteps);
  const clamp = (timestep: number) => Math.min(Math.max(timestep, 0), numTrainTimesteps - 1);
  return { timesteps, sigmas: [...timesteps.map((timestep) => at(table, clamp(timestep))), lastSigma] };
}

/** How many of the noisiest timesteps lie below `lambda_min_clipped`. */
function countClipped(reader: ConfigReader, alphasCumprod: Float32Array): number {
  // JSON has no infinity; both spellings are met in files.
  const given = reader.config.lambda_min_clipped;
  if (given === '-inf' || given === '-Infinity') return 0;
  const limit = reader.number('lambda_min_clipped', Number.NEGATIVE_INFINITY);
  return alphasCumprod.filter((alphaProd) => {
    const lambda = fround(log(fround(sqrt(alphaProd)))) - fround(log(fround(sqrt(fround(1 - alphaProd)))));
    return fround(lambda) < fround(limit);
  }).length;
}

/**
 * diffusers finds its place by the first timestep, taking the second of two equal ones, and then runs out of noise
 * levels at the last step.
 */
function checkFirstTimestep(timesteps: readonly number[]): void {
  if (timesteps.length === 1 || timesteps[0] !== timesteps[1]) return;
  throw new SchedulerConfigError(
    `${CLASS_NAME}: ${timesteps.length} steps begin with timestep ${timesteps[0]} twice; take fewer steps`,
  );
}

function toSolverPoint(noise: number): SolverPoint {
  const alpha = fround(1 / fround(sqrt(fround(fround(noise * noise) + 1))));
  const sigma = fround(noise * alpha);
  return { alpha, sigma, lambda: fround(fround(log(alpha)) - fround(log(sigma))) };
}

class DpmSolverMultistep implements Scheduler {
  readonly initNoiseSigma = 1;
  readonly #settings: Settings;
  readonly #points: readonly SolverPoint[];
  /** The predictions of x_0, the newest first. */
  #history: readonly Float32Array[] = [];
  #nextCall = 0;

  /** @param points one more than `timesteps` */
  constructor(
    settings: Settings,
    readonly timesteps: readonly number[],
    points: readonly SolverPoint[],
  ) {
    this.#settings = settings;
    this.#points = points;
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  step({ modelOutput, sample, call, randn }: StepArgs): Float32Array {
    if (call !== this.#nextCall) throw new Error(`Internal error: expected call ${this.#nextCall}, got ${call}`);
    this.#nextCall++;
    const { order, prediction, stochastic } = this.#settings;
    const original = predictOriginal(prediction, this.#point(call), { modelOutput, sample });
    this.#history = [original, ...this.#history].slice(0, order);
    // Drawn at the last call too, where its factor may be 0: the stream moves on as in diffusers.
    const noise = stochastic ? randn(sample.length) : null;
    return this.#update(call, this.#orderOf(call), { sample, noise });
  }

  #orderOf(call: number): number {
    const { order, lowerOrderFinal, eulerAtFinal, finalSigma } = this.#settings;
    const left = this.timesteps.length - 1 - call;
    const fewSteps = lowerOrderFinal && this.timesteps.length < MANY_STEPS;
    if (left === 0 && (eulerAtFinal || fewSteps || finalSigma === 'zero')) return 1;
    const limit = left === 1 && fewSteps ? 2 : order;
    return Math.min(limit, order, call + 1);
  }

  #update(call: number, order: number, { sample, noise }: UpdateArgs): Float32Array {
    // DPM-Solver++, https://arxiv.org/abs/2211.01095, algorithm 2 and appendix B; SDE: equations (18) and (19).
    //   target, from -> t, s    h -> lambda_t - lambda_s    m0 m1 m2 -> x_theta at s, s_1, s_2
    //   D0 D1 D2 -> the prediction and its divided differences
    const target = this.#point(call + 1);
    const from = this.#point(call);
    const h = fround(target.lambda - from.lambda);
    const { sample: onSample, d0, d1, d2, noise: onNoise } = this.#coefficients(order, h, { target, from });
    const [m0, m1, m2] = this.#history as readonly [Float32Array, Float32Array?, Float32Array?];

    // 1. order 1: D0 alone
    const terms: Term[] = [
      [onSample, sample],
      [d0, m0],
    ];
    if (order >= 2 && m1 !== undefined) {
      // 2. order 2: D1 = (m0 - m1) / r0
      const before = this.#point(call - 1);
      const r0 = fround(fround(from.lambda - before.lambda) / h);
      const slope = difference(m0, m1, fround(1 / r0));
      if (order === 2 || m2 === undefined) terms.push([d1, slope]);
      else {
        // 3. order 3: D1 = D1_0 + r0 / (r0 + r1) (D1_0 - D1_1), D2 = (D1_0 - D1_1) / (r0 + r1)
        const r1 = fround(fround(before.lambda - this.#point(call - 2).lambda) / h);
        const rSum = fround(r0 + r1);
        const olderSlope = difference(m1, m2, fround(1 / r1));
        const mixed = combine([
          [1, slope],
          [fround(r0 / rSum), difference(slope, olderSlope, 1)],
        ]);
        terms.push([d1, mixed], [d2, difference(slope, olderSlope, fround(1 / rSum))]);
      }
    }
    if (noise !== null) terms.push([onNoise, noise]);
    return combine(terms);
  }

  /** The factors of the terms, float32; `h` may be +Infinity where the step ends without noise, at order 1. */
  #coefficients(order: number, h: number, { target, from }: { target: SolverPoint; from: SolverPoint }) {
    const { solverType, stochastic } = this.#settings;
    const { alpha, sigma } = target;
    const midpoint = order === 2 && solverType === 'midpoint';
    const shrink = fround(sigma / from.sigma);
    if (stochastic) {
      // decay -> 1 - e^-2h
      const decay = fround(1 - fround(exp(fround(-2 * h))));
      const d0 = fround(alpha * decay);
      const twice = fround(2 * h);
      return {
        sample: fround(shrink * fround(exp(-h))),
        d0,
        d1: midpoint ? 0.5 * d0 : fround(alpha * fround(fround(decay / -twice) + 1)),
        d2: fround(alpha * fround(fround(fround(decay - twice) / fround(twice * twice)) - 0.5)),
        noise: fround(sigma * fround(sqrt(decay))),
      };
    }
    // growth -> e^-h - 1
    const growth = fround(fround(exp(-h)) - 1);
    const d0 = -fround(alpha * growth);
    return {
      sample: shrink,
      d0,
      d1: midpoint ? 0.5 * d0 : fround(alpha * fround(fround(growth / h) + 1)),
      d2: -fround(alpha * fround(fround(fround(growth + h) / fround(h * h)) - 0.5)),
      noise: 0,
    };
  }

  #point(index: number): SolverPoint {
    const point = this.#points[index];
    if (point === undefined) throw new Error(`Internal error: no noise level at call ${index}`);
    return point;
  }
}

interface UpdateArgs {
  readonly sample: Float32Array;
  readonly noise: Float32Array | null;
}

type Term = readonly [factor: number, values: Float32Array];

/** The sum of the terms from left to right; each product and each sum rounds to float32, as torch's do. */
function combine(terms: readonly Term[]): Float32Array {
  const [first, ...others] = terms as readonly [Term, ...Term[]];
  const sum = first[1].map((value) => first[0] * value);
  for (const [factor, values] of others) {
    for (let i = 0; i < sum.length; i++) sum[i] = at(sum, i) + fround(factor * at(values, i));
  }
  return sum;
}

/** factor * (a - b). */
function difference(a: Float32Array, b: Float32Array, factor: number): Float32Array {
  return a.map((value, i) => factor * fround(value - at(b, i)));
}

/** x_0 from what the model predicts. */
function predictOriginal(
  prediction: PredictionType,
  { alpha, sigma }: SolverPoint,
  { modelOutput, sample }: Pick<StepArgs, 'modelOutput' | 'sample'>,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return sample.map((x, i) => fround(x - fround(sigma * at(modelOutput, i))) / alpha);
    case 'v_prediction':
      return sample.map((x, i) => fround(alpha * x) - fround(sigma * at(modelOutput, i)));
    case 'sample':
      return modelOutput;
  }
}

/** All arrays of a step are of one length, and indices into the tables are clamped. */
function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
