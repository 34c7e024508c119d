import { type Scheduler, TorchGenerator } from '@unclip-studio/nodes-unclip/testing';

/** What Stable Diffusion 2.1 checkpoints hold, as far as it decides numbers. */
export const STABLE_DIFFUSION = {
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  prediction_type: 'v_prediction',
  clip_sample: false,
};

/** Stochastic schedulers take their average path. */
export const zeros = (count: number) => new Float32Array(count);

/**
 * Runs with a model that always sees the same clean image `original` behind the noise.
 *
 * @param answer the output of the model: the noise, or v
 */
export function runTowards(scheduler: Scheduler, original: number, answer: 'noise' | 'v' = 'noise'): Float32Array {
  const levelOf = (call: number) => scheduler.levels[call] ?? { signal: Number.NaN, spread: Number.NaN };
  const start = new TorchGenerator(4).randn(16);
  let sample: Float32Array = start.map((noise) => levelOf(0).signal * original + levelOf(0).spread * noise);
  scheduler.timesteps.forEach((_, call) => {
    const { signal, spread } = levelOf(call);
    const modelOutput = sample.map((x) => {
      const noise = (x - signal * original) / spread;
      return answer === 'v' ? signal * noise - spread * original : noise;
    });
    sample = scheduler.step({ modelOutput, sample, call, randn: zeros });
  });
  return sample;
}
