/** The sampler of one run: made for one number of steps, called once for each of its timesteps, in order. */
export interface Scheduler {
  /**
   * The timestep passed to the UNet at each call. May be fractional, and there may be more entries than steps: some
   * solvers call it twice per step.
   */
  readonly timesteps: readonly number[];
  /**
   * How noisy the sample of each call is, and last, one entry more, the result. A sample that did not come from the
   * scheduler itself, such as an image to start from, is brought to the level of its call with {@link addNoise}.
   */
  readonly levels: readonly NoiseLevel[];
  /** The initial latents are standard normal numbers times this. */
  readonly initNoiseSigma: number;
  /** What the UNet sees instead of `sample` at this call; may be `sample` itself. */
  scaleModelInput(sample: Float32Array, call: number): Float32Array;
  /**
   * Steps from `timesteps[call]` to the next one. May keep its arguments, changes none of them.
   *
   * @throws Error if the calls do not come in order
   */
  step(args: StepArgs): Float32Array;
  /**
   * The history that later steps will use; never changed afterwards. `undefined` between two calls that make one step
   * together. Left out by schedulers that cannot be resumed.
   */
  snapshot?(): readonly Float32Array[] | undefined;
  /** Before the first step: continues at `call` with the `snapshot` that an equal scheduler returned just before it. */
  restore?(call: number, memory: readonly Float32Array[]): void;
}

/** A sample is signal * x_0 + spread * n, with n normal; float32 values. */
export interface NoiseLevel {
  readonly signal: number;
  readonly spread: number;
}

/** What every scheduler ends at. */
export const CLEAN: NoiseLevel = { signal: 1, spread: 0 };

/** diffusers' `scheduler.add_noise`: a clean image's latents, brought to a noise level. */
export function addNoise(original: Float32Array, noise: Float32Array, { signal, spread }: NoiseLevel): Float32Array {
  // As many noise values as others.
  return original.map((value, i) => Math.fround(signal * value) + Math.fround(spread * (noise[i] as number)));
}

export interface StepArgs {
  /** The UNet's answer to `scaleModelInput(sample, call)`, after guidance; as many values as `sample`. */
  readonly modelOutput: Float32Array;
  readonly sample: Float32Array;
  /** 0, 1, 2 .. `timesteps.length - 1`. */
  readonly call: number;
  /** Draws from the run's random stream; called only where diffusers draws. */
  readonly randn: (count: number) => Float32Array;
}

/** Settings of a run, in addition to the scheduler's own config. */
export interface SchedulerOptions {
  readonly steps: number;
  /** How many of the steps are left out at the noisy end, because the run starts from an image; 0 when left out. */
  readonly skip?: number;
  /** DDIM: 0 draws no noise, 1 is as noisy as DDPM. TCD: how far each call jumps beyond the next. Others have no such setting. */
  readonly eta?: number;
  /** LCM and TCD: instead of the config's `original_inference_steps`, as a call of diffusers' LCM pipelines names it. */
  readonly originalSteps?: number;
  /** LCM and TCD: takes only the less noisy share of the timesteps, as those pipelines do for an image to start from. */
  readonly strength?: number;
  /**
   * UnCLIPScheduler: where a call goes. `adjacent`, which it does when left out, is timestep t - 1, however far the next
   * call's timestep is: StableUnCLIPPipeline's way. `next` is the next call's timestep: the original pipeline's way.
   */
  readonly unclipTarget?: 'adjacent' | 'next';
}

/** Makes a scheduler from a parsed scheduler_config.json, whichever class wrote it. */
export type SchedulerFactory = (config: SchedulerConfig, options: SchedulerOptions) => Scheduler;

/** The keys of a scheduler_config.json. Unknown ones are ignored, as diffusers' from_config does. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;
