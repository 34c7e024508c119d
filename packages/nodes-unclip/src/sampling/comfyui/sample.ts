import type { CancelSignal, Seed } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import { createBrownianTree } from '../../random/brownian-tree.js';
import { TorchGenerator } from '../../random/torch-generator.js';
import { type Tensor, tensor } from '../../tensor/tensor.js';
import { NonFiniteError } from '../denoise.js';
import { type BatchIndex, partOfOne } from '../one-of-batch.js';
import { createDenoiser, type DenoiserOptions } from './denoiser.js';
import { maxSigma, stableDiffusionSigmas } from './discrete-sigmas.js';
import { differentialMasks } from './inpaint-mask.js';
import { planSigmas, type SigmaPlan } from './plan-sigmas.js';
import { combine } from './sampler-run.js';
import { SAMPLERS, type SamplerTraits } from './samplers.js';

const { sqrt } = Math;

export interface ComfyUiSampling extends Omit<DenoiserOptions, 'table' | 'kept'> {
  /** float32 [n, c, h, w], times the scaling factor; zeros when `null`. */
  readonly latent: Tensor | null;
  /** Of one image, 0..1: 1 where all is redrawn. Everything is when left out. */
  readonly mask?: Float32Array | undefined;
  readonly plan: SigmaPlan;
  readonly seed: Seed;
  readonly addNoise: boolean;
  /** Draws the noise image by image, from this one of the batch on; -1 draws it for all at once. */
  readonly firstInBatch: number;
  /** The image of the batch that is drawn alone, with its noise in the whole batch; all images of `dims` when left out. */
  readonly one?: BatchIndex;
  readonly signal: CancelSignal;
  onStep(step: number, steps: number, clean: Tensor): void;
}

/**
 * Draws latents as ComfyUI's KSampler does, number by number.
 *
 * @returns float32 [n, c, h, w]; with noise times sigma on top if the plan stops early
 * @throws NonFiniteError if the result is not finite
 * @see ComfyUI 0.3.64, comfy/samplers.py, KSAMPLER.sample
 */
export async function sampleLikeComfyUi(sampling: ComfyUiSampling): Promise<Tensor> {
  const { latent, mask, dims, plan, signal, one = { index: 0, of: 1 } } = sampling;
  const size = dims.reduce((product, dim) => product * dim, 1);
  const table = stableDiffusionSigmas(sampling.unet.sampling);
  const sigmas = planSigmas(table, plan);
  const original = latent?.data ?? new Float32Array(size);
  const [first] = sigmas;
  if (first === undefined || sigmas.length < 2) return tensor(dims, original);
  const { sampler, noise: noiseOf, ownMaskNoise }: SamplerTraits = SAMPLERS[plan.sampler];

  // 1: the first sample
  const drawn = size * one.of;
  const noise = sampling.addNoise ? partOfOne(firstNoise(sampling, drawn), one) : new Float32Array(size);
  const isFull = first > maxSigma(table) || Math.abs(first - maxSigma(table)) <= 1e-5 * first;
  const start = combine([isFull ? sqrt(1 + first ** 2) : first, noise], [1, original]);

  // 2: what stays of the latent
  const keptNoise = ownMaskNoise ? partOfOne(new TorchGenerator(BigInt(sampling.seed) + 1n).randn(drawn), one) : noise;
  const { differential } = sampling.unet;
  const whole = mask && repeatMask(mask, size);
  const maskAt =
    whole && differential !== undefined
      ? differentialMasks(whole, { table, sigmas, strength: differential })
      : () => whole ?? new Float32Array(0);
  const kept = whole && { original, noise: keptNoise, maskAt };
  const predict = createDenoiser({ ...sampling, table, kept });

  // 3: the steps
  const steps = sigmas.length - 1;
  let step = 0;
  const samples = await sampler(start, {
    sigmas,
    async predict(sample, sigma) {
      signal.throwIfAborted();
      return predict(sample, { sigma, step, steps });
    },
    noise: noiseOf === undefined ? drawNone : stepNoise(noiseOf, { sigmas, size: drawn, seed: sampling.seed, one }),
    onStep(done, clean) {
      step = done;
      sampling.onStep(done, steps, tensor(dims, clean));
    },
  });
  if (!samples.every(Number.isFinite)) {
    throw withReason(
      new NonFiniteError(
        `UNetSample: expected finite numbers after ${steps} steps of ${plan.sampler} with ${plan.noiseSchedule}, got NaN or ` +
          'infinity. Take more steps, or another sampler.',
      ),
      { code: 'not-finite' },
    );
  }
  return tensor(dims, samples);
}

function drawNone(): never {
  throw new Error('Internal error: this sampler draws no noise');
}

/** @see ComfyUI 0.3.64, comfy/sample.py, prepare_noise */
function firstNoise({ seed, dims, firstInBatch, one }: ComfyUiSampling, size: number): Float32Array {
  const generator = new TorchGenerator(seed);
  if (firstInBatch < 0) return generator.randn(size);
  const perImage = size / (one?.of ?? dims[0] ?? 1);
  for (let skipped = 0; skipped < firstInBatch; skipped++) generator.randn(perImage);
  const noise = new Float32Array(size);
  for (let offset = 0; offset < size; offset += perImage) noise.set(generator.randn(perImage), offset);
  return noise;
}

interface StepNoiseOptions {
  readonly sigmas: Float32Array;
  /** Of the whole batch. */
  readonly size: number;
  readonly seed: Seed;
  readonly one: BatchIndex;
}

/** A separate stream: with a generator, the first draw repeats the first noise of a batch. */
function stepNoise(kind: 'generator' | 'brownian-tree', { sigmas, size, seed, one }: StepNoiseOptions) {
  if (kind === 'generator') {
    const generator = new TorchGenerator(seed);
    return () => partOfOne(generator.randn(size), one);
  }
  const above = sigmas.filter((sigma) => sigma > 0);
  const [start, end] = [Math.min(...above), Math.max(...above)];
  const between = createBrownianTree({ start, end, size, entropy: BigInt(seed) });
  // Times fall with the steps, so increments count backwards.
  return (from: number, to: number) => combine([-1 / sqrt(from - to), partOfOne(between(to, from), one)]);
}

/** For all channels of all images. */
function repeatMask(mask: Float32Array, size: number): Float32Array {
  const all = new Float32Array(size);
  for (let offset = 0; offset < size; offset += mask.length) all.set(mask, offset);
  return all;
}
