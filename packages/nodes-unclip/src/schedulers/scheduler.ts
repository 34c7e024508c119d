/** The sampler of one run: made for one number of steps, called once for each of its timesteps, in order. */
export interface Scheduler {
  /**
   * What the UNet is told at each call. May hold fractions, and more entries than there are steps: some solvers ask
   * twice a step.
   */
  readonly timesteps: readonly number[];
  /** The initial latents are standard normal numbers times this. */
  readonly initNoiseSigma: number;
  /** What the UNet sees instead of `sample` at this call; may be `sample` itself. */
  scaleModelInput(sample: Float32Array, call: number): Float32Array;
  /**
   * Goes from `timesteps[call]` to the next one. May keep what it got, changes none of it.
   *
   * @throws Error if the calls do not come in order
   */
  step(args: StepArgs): Float32Array;
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

/** What a run asks for, beside the scheduler's own config. */
export interface SchedulerOptions {
  readonly steps: number;
  /** DDIM: 0 draws no noise, 1 is as noisy as DDPM. The other schedulers have no such setting. */
  readonly eta?: number;
}

/** Makes a scheduler from a parsed scheduler_config.json, whichever class wrote it. */
export type SchedulerFactory = (config: SchedulerConfig, options: SchedulerOptions) => Scheduler;

/** The keys of a scheduler_config.json. Unknown ones are ignored, as diffusers' from_config does. */
export type SchedulerConfig = Readonly<Record<string, unknown>>;
