import { withReason } from '@unclip-studio/graph-core';
import { alphaLevels } from './alpha-levels.js';
import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { adamsBashforth, at, combine } from './linear-combination.js';
import { type PredictionType, readPredictionType } from './prediction.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps, SchedulerConfigError } from './scheduler-config.js';
import { checkTimesteps, integerTimesteps, readStepsOffset, readTimestepSpacing } from './timestep-spacing.js';

const { fround, sqrt } = Math;
const CLASS_NAME = 'PNDMScheduler';
/** As many steps begin with Runge-Kutta, unless `skip_prk_steps`. */
const RUNGE_KUTTA_STEPS = 4;

/**
 * Liu et al. 2022, PNDM: a linear multistep method of order 4, begun with Runge-Kutta or, as Stable Diffusion has it
 * (`skip_prk_steps`), with one step of Heun's method.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_pndm.py
 */
export function createPndm(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false });
  const { numTrainTimesteps } = schedule;
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const all = integerTimesteps({
    spacing: readTimestepSpacing(reader, 'leading'),
    ...{ steps, numTrainTimesteps },
    stepsOffset: readStepsOffset(reader, numTrainTimesteps),
  });
  checkTimesteps(CLASS_NAME, all, numTrainTimesteps);
  const spaced = all.slice(skip);
  const stride = Math.floor(numTrainTimesteps / steps);
  const rungeKutta = reader.boolean('skip_prk_steps', false) ? [] : rungeKuttaTimesteps(spaced, stride);
  const settings: Settings = {
    ...{ schedule, stride, rungeKutta },
    prediction: readPredictionType(reader, ['epsilon', 'v_prediction']),
    finalAlphaProd: reader.boolean('set_alpha_to_one', false) ? 1 : at(schedule.alphasCumprod, 0),
  };
  // The second timestep comes twice: its second call corrects the first step. Calls are skipped after that, as diffusers does,
  // so that a run which begins later corrects its first step with what the UNet says at the next timestep.
  const multistep =
    rungeKutta.length > 0 ? spaced.slice(RUNGE_KUTTA_STEPS - 1) : [...all.slice(0, 2), ...all.slice(1)].slice(skip);
  return new Pndm(settings, [...rungeKutta, ...multistep]);
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly prediction: PredictionType;
  /** alpha_bar beyond the last timestep. */
  readonly finalAlphaProd: number;
  /** Timesteps between two steps. */
  readonly stride: number;
  /** The timesteps of the Runge-Kutta calls, four a step; empty when they are left out. */
  readonly rungeKutta: readonly number[];
}

/** Three steps of four calls: at the start, twice in the middle and at the end, which is the next step's start. */
function rungeKuttaTimesteps(spaced: readonly number[], stride: number): readonly number[] {
  const starts = spaced.slice(0, RUNGE_KUTTA_STEPS);
  if (starts.length < RUNGE_KUTTA_STEPS) {
    throw withReason(
      new SchedulerConfigError(
        `${CLASS_NAME}: expected at least ${RUNGE_KUTTA_STEPS} steps, as "skip_prk_steps" is off, got ${starts.length}`,
      ),
      { code: 'setting-range', setting: 'steps', value: starts.length, min: RUNGE_KUTTA_STEPS },
    );
  }
  const half = Math.floor(stride / 2);
  return starts.slice(0, -1).flatMap((start, i) => {
    const end = at(starts, i + 1);
    return [start, end + half, end + half, end];
  });
}

class Pndm implements Scheduler {
  readonly initNoiseSigma = 1;
  readonly levels: readonly NoiseLevel[];
  readonly #settings: Settings;
  readonly #callOrder = new CallOrder();
  /** The newest predictions of the noise, the newest first. */
  #history: readonly Float32Array[] = [];
  /** Where the step began to which the next call belongs. */
  #start: Float32Array = new Float32Array(0);
  /** The weighted sum of a Runge-Kutta step's predictions so far. */
  #sum: Float32Array = new Float32Array(0);

  constructor(
    settings: Settings,
    readonly timesteps: readonly number[],
  ) {
    this.#settings = settings;
    this.levels = alphaLevels(settings.schedule, timesteps);
  }

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  snapshot(): readonly Float32Array[] {
    return [this.#start, this.#sum, ...this.#history];
  }

  restore(call: number, [start, sum, ...history]: readonly Float32Array[]): void {
    if (start === undefined || sum === undefined) throw new Error('Internal error: a memory of another scheduler');
    this.#callOrder.startAt(call);
    this.#start = start;
    this.#sum = sum;
    this.#history = history;
  }

  step({ modelOutput, sample, call }: StepArgs): Float32Array {
    this.#callOrder.expect(call);
    return call < this.#settings.rungeKutta.length
      ? this.#rungeKutta(call, modelOutput, sample)
      : this.#multistep(call, modelOutput, sample);
  }

  /** https://arxiv.org/abs/2202.09778, equation (13). */
  #rungeKutta(call: number, modelOutput: Float32Array, sample: Float32Array): Float32Array {
    const { rungeKutta, stride } = this.#settings;
    const phase = call % 4;
    const from = at(rungeKutta, call - phase);
    const to = at(rungeKutta, call) - (phase % 2 === 0 ? Math.floor(stride / 2) : 0);
    const share = fround(phase === 0 || phase === 3 ? 1 / 6 : 1 / 3);
    if (phase === 0) {
      this.#start = sample;
      this.#history = [modelOutput, ...this.#history];
      this.#sum = new Float32Array(sample.length);
    }
    this.#sum = combine([
      [1, this.#sum],
      [share, modelOutput],
    ]);
    return this.#transfer(phase === 3 ? this.#sum : modelOutput, { sample: this.#start, from, to });
  }

  /** Equation (12), the linear multistep method. */
  #multistep(call: number, modelOutput: Float32Array, sample: Float32Array): Float32Array {
    const { stride } = this.#settings;
    const timestep = at(this.timesteps, call);
    if (call === 1) {
      // The second call repeats the first step with the mean of the two predictions.
      const mean = modelOutput.map((value, i) => fround(value + at(this.#history[0] as Float32Array, i)) / 2);
      return this.#transfer(mean, { sample: this.#start, from: timestep + stride, to: timestep });
    }
    if (call === 0) this.#start = sample;
    this.#history = [modelOutput, ...this.#history].slice(0, 4);
    return this.#transfer(adamsBashforth(this.#history), { sample, from: timestep, to: timestep - stride });
  }

  /** Equation (11): the sample at timestep `to` from that at `from`. */
  #transfer(output: Float32Array, { sample, from, to }: Transfer): Float32Array {
    //   alphaProd, alphaProdPrev -> alpha_bar at `from` and `to`    betaProd -> 1 - alpha_bar
    const { schedule, prediction, finalAlphaProd } = this.#settings;
    const alphaProd = at(schedule.alphasCumprod, from);
    const alphaProdPrev = to >= 0 ? at(schedule.alphasCumprod, to) : finalAlphaProd;
    const betaProd = fround(1 - alphaProd);
    const betaProdPrev = fround(1 - alphaProdPrev);
    // 1. the noise, from the mixed predictions and this sample
    const [a, s] = [fround(sqrt(alphaProd)), fround(sqrt(betaProd))];
    const epsilon =
      prediction === 'v_prediction' ? output.map((v, i) => fround(a * v) + fround(s * at(sample, i))) : output;
    // 2. the factors of sample and noise
    const onSample = fround(sqrt(fround(alphaProdPrev / alphaProd)));
    const root = fround(sqrt(fround(fround(alphaProd * betaProd) * alphaProdPrev)));
    const divisor = fround(fround(alphaProd * fround(sqrt(betaProdPrev))) + root);
    const gain = fround(alphaProdPrev - alphaProd);
    return sample.map((x, i) => fround(onSample * x) - fround(fround(gain * at(epsilon, i)) / divisor));
  }
}

interface Transfer {
  readonly sample: Float32Array;
  readonly from: number;
  readonly to: number;
}
