import { linspaceFloat32 } from './beta-schedule.js';
import { CallOrder } from './call-order.js';
import { adamsBashforth, at } from './linear-combination.js';
import type { NoiseLevel, Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { atan2, fround, sin } = Math;
const CLASS_NAME = 'IPNDMScheduler';

/**
 * The improved PNDM of v-diffusion, by Katherine Crowson: a linear multistep method of order 4 with its own cosine
 * schedule. It passes times from 1 to 0 to the model and interprets the output as v, regardless of the config; so it
 * suits models trained in this way, and Stable Diffusion gives the same image as in diffusers, but not a good one.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_ipndm.py
 */
export function createIpndm(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const numTrainTimesteps = reader.number('num_train_timesteps', 1000, { min: 1, max: 100_000, integer: true });
  if (reader.numbers('trained_betas') !== null) reader.refuse('trained_betas', 'null', reader.config['trained_betas']);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const times = [...linspaceFloat32(1, 0, steps + 1).slice(0, -1), 0];
  const levels = times.map((time): NoiseLevel => {
    const root = fround(sin(fround(fround(time * fround(Math.PI)) / 2)));
    const spread = fround(root * root);
    return { signal: torchSqrt(fround(1 - fround(spread * spread))), spread };
  });
  const timesteps = levels
    .slice(0, -1)
    .map(({ signal, spread }) => fround(fround(fround(atan2(spread, signal)) / fround(Math.PI)) * 2));
  return new Ipndm(timesteps.slice(skip), levels.slice(skip));
}

class Ipndm implements Scheduler {
  readonly initNoiseSigma = 1;
  readonly #callOrder = new CallOrder();
  /** The newest predictions of the noise, the newest first. */
  #history: readonly Float32Array[] = [];

  constructor(
    readonly timesteps: readonly number[],
    readonly levels: readonly NoiseLevel[],
  ) {}

  scaleModelInput(sample: Float32Array): Float32Array {
    return sample;
  }

  snapshot(): readonly Float32Array[] {
    return this.#history;
  }

  restore(call: number, memory: readonly Float32Array[]): void {
    this.#callOrder.startAt(call);
    this.#history = memory;
  }

  step({ modelOutput, sample, call }: StepArgs): Float32Array {
    this.#callOrder.expect(call);
    const level = (index: number) => this.levels[index] as NoiseLevel;
    const [from, to] = [level(call), level(call + 1)];
    // 1. the noise, from v and the sample
    const epsilon = sample.map((x, i) => fround(x * from.spread) + fround(at(modelOutput, i) * from.signal));
    this.#history = [epsilon, ...this.#history].slice(0, 4);
    // 2. carried forward by Adams and Bashforth's method
    const mixed = adamsBashforth(this.#history);
    const signal = Math.max(from.signal, fround(1e-8));
    return sample.map((x, i) => {
      const noise = at(mixed, i);
      const original = fround(fround(x - fround(from.spread * noise)) / signal);
      return fround(to.signal * original) + fround(noise * to.spread);
    });
  }
}
