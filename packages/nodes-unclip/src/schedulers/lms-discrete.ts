import { readNoiseSchedule } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { at, combine, type Term } from './linear-combination.js';
import { type PredictionType, readPredictionType } from './prediction.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { planSigmas, type SigmaPlan, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';

const CLASS_NAME = 'LMSDiscreteScheduler';
const MAX_ORDER = 4;

/**
 * A linear multistep method of order 4 along the noise level, by Katherine Crowson.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_lms_discrete.py
 */
export function createLmsDiscrete(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false });
  const prediction = readPredictionType(reader);
  return new LmsDiscrete(planSigmas(reader, { schedule, options }), prediction);
}

class LmsDiscrete implements Scheduler {
  readonly initNoiseSigma: number;
  readonly timesteps: readonly number[];
  readonly levels: readonly NoiseLevel[];
  readonly #prediction: PredictionType;
  readonly #sigmas: readonly number[];
  readonly #callOrder = new CallOrder();
  /** The derivatives dx / dsigma, the newest first. */
  #history: readonly Float32Array[] = [];

  constructor({ timesteps, sigmas, initNoiseSigma }: SigmaPlan, prediction: PredictionType) {
    this.timesteps = timesteps;
    this.initNoiseSigma = initNoiseSigma;
    this.#prediction = prediction;
    this.#sigmas = sigmas;
    this.levels = sigmas.map(sigmaLevel);
  }

  scaleModelInput(sample: Float32Array, call: number): Float32Array {
    return scaleBySigma(sample, at(this.#sigmas, call));
  }

  snapshot(): readonly Float32Array[] {
    return this.#history;
  }

  restore(call: number, memory: readonly Float32Array[]): void {
    this.#callOrder.startAt(call);
    this.#history = memory;
  }

  step({ modelOutput, sample, call }: StepArgs): Float32Array {
    // Adams-Bashforth for unequal steps: the derivative is taken for the polynomial through the newest values.
    this.#callOrder.expect(call);
    // 1. x_0 and the derivative at this noise level
    const sigma = at(this.#sigmas, call);
    const original = originalAtSigma(this.#prediction, sigma, { modelOutput, sample });
    this.#history = [derivativeAtSigma(sample, original, sigma), ...this.#history].slice(0, MAX_ORDER);
    // 2. the integral of the polynomial to the next level. The order is the number of available values: diffusers uses
    // a higher one in a run that starts from an image, and loses noise.
    const nodes = this.#history.map((_, age) => at(this.#sigmas, call - age));
    const terms = this.#history.map((derivative, age): Term => {
      const weight = lagrangeIntegral(nodes, age, { from: sigma, to: at(this.#sigmas, call + 1) });
      return [Math.fround(weight), derivative];
    });
    return combine([
      [1, sample],
      [1, combine(terms)],
    ]);
  }
}

/**
 * The integral of the Lagrange polynomial which is 1 at `nodes[index]` and 0 at the others: exact, where diffusers
 * integrates by adaptive quadrature.
 */
function lagrangeIntegral(
  nodes: readonly number[],
  index: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  // Around `from`, so that high powers stay small. Coefficients of rising powers of u = sigma - from.
  const own = at(nodes, index);
  let coefficients: readonly number[] = [1];
  nodes.forEach((node, i) => {
    if (i === index) return;
    const root = node - from;
    const scale = own - node;
    coefficients = [...coefficients, 0].map((value, power) => (at([0, ...coefficients], power) - root * value) / scale);
  });
  const width = to - from;
  return coefficients.reduce((sum, value, power) => sum + (value * width ** (power + 1)) / (power + 1), 0);
}
