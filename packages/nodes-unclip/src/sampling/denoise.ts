import type { CancelSignal } from '@unclip-studio/graph-core';
import type { NoiseLevel, Scheduler } from '../schedulers/scheduler.js';
import { concatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { applyGuidance, isGuided } from './guidance.js';
import { feedsOfGuides, type Guides } from './guides.js';
import { blendKept, type KeptLatents } from './start-from-latent.js';

/** What the UNet is asked at one call. With guidance the rows are doubled, the unconditional half first. */
export interface UnetQuestion {
  /** float32 [n, c, h, w] */
  readonly sample: Tensor;
  /** 0..999, with a fraction for some schedulers. */
  readonly timestep: number;
  /** What steers it, by the UNet's names of its inputs: float32 [n, ...]. */
  readonly guides: Readonly<Record<string, Tensor>>;
  /**
   * `keep`: what the deep layers make is kept for later questions. `reuse`: it is taken from the last one that kept it, which
   * is faster and not exact. It is computed and forgotten when left out.
   */
  readonly deep?: 'keep' | 'reuse';
}

export interface DenoiseRequest {
  readonly scheduler: Scheduler;
  /** float32 [n, c, h, w], noise already times `scheduler.initNoiseSigma`. */
  readonly latents: Tensor;
  readonly guides: Guides;
  /** What steers from a call on, 0 being the first; the same all the way when left out. */
  readonly later?: { readonly guides: Guides; readonly fromCall: number };
  /** What the result keeps of a picture; everything is drawn when left out. */
  readonly kept?: KeptLatents;
  /** How noisy the result is, of a run that stops before its end; clean when left out. */
  readonly endLevel?: NoiseLevel | null;
  /** The deep layers of the UNet are computed at every so many calls, counted anew where `later` begins; 1 when left out. */
  readonly deepEvery?: number;
  /** The noise of stochastic schedulers, drawn in the order of the calls. */
  randn(count: number): Float32Array;
  predict(question: UnetQuestion): Promise<Tensor>;
  /** After each call: how many of them are done, and the latents they led to. */
  onStep?(step: number, steps: number, latents: Tensor): void;
  readonly signal: CancelSignal;
}

/** The latents are no numbers any more; going on would only give a black picture. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';
}

/**
 * Runs the denoising loop of the unCLIP pipeline from noise to a clean latent.
 *
 * @returns float32 [n, c, h, w]
 * @throws NonFiniteError naming the step at which a value stopped being finite
 * @see diffusers v0.42.1, pipeline_stable_unclip_img2img.py, __call__, step 8
 */
export async function denoise(request: DenoiseRequest): Promise<Tensor> {
  const { scheduler, later, signal } = request;
  const { n = 0 } = bindDims('denoise latents', request.latents, 'n c h w');
  // The same for every step, so made once.
  const first = toConditions(request.guides, n);
  const last = later === undefined ? first : toConditions(later.guides, n);

  let latents = request.latents;
  const steps = scheduler.timesteps.length;
  for (const [call, timestep] of scheduler.timesteps.entries()) {
    signal.throwIfAborted();
    const { guided, guidanceScale, guides } = later !== undefined && call >= later.fromCall ? last : first;
    const scaled = tensor(latents.dims, scheduler.scaleModelInput(latents.data, call));
    const sample = guided ? concatRows('denoise sample', [scaled, scaled]) : scaled;
    const predicted = await request.predict({ sample, timestep, guides, ...deepAt(call, request) });
    const modelOutput = guided ? applyGuidance(predicted.data, guidanceScale) : predicted.data;
    const stepped = scheduler.step({ modelOutput, sample: latents.data, call, randn: request.randn });
    const level = call + 1 === steps ? (request.endLevel ?? null) : (scheduler.levels[call + 1] ?? null);
    const next = request.kept === undefined ? stepped : blendKept(stepped, request.kept, level);
    if (!next.every(Number.isFinite)) throw nonFinite(call + 1, steps, guidanceScale);
    latents = tensor(latents.dims, next);
    request.onStep?.(call + 1, steps, latents);
  }
  return latents;
}

function deepAt(call: number, { deepEvery = 1, later }: DenoiseRequest): Pick<UnetQuestion, 'deep'> {
  if (deepEvery === 1) return {};
  return { deep: isDeepCall(call, { deepEvery, fromCall: later?.fromCall }) ? 'keep' : 'reuse' };
}

/** Whether the deep layers are computed at a call. @param fromCall where something else begins to lead, if anything does */
export function isDeepCall(
  call: number,
  { deepEvery, fromCall }: { readonly deepEvery: number; readonly fromCall: number | undefined },
): boolean {
  const start = fromCall !== undefined && call >= fromCall ? fromCall : 0;
  return (call - start) % deepEvery === 0;
}

/** What the UNet gets at every call. */
function toConditions(guides: Guides, n: number) {
  const { guidanceScale } = guides;
  const guided = isGuided(guidanceScale);
  return { guided, guidanceScale, guides: feedsOfGuides(guides, { n, isGuided: guided }) };
}

function nonFinite(step: number, steps: number, guidanceScale: number): NonFiniteError {
  return new NonFiniteError(
    `Sampling step ${step} of ${steps}: expected finite numbers from the UNet and the scheduler, got NaN or infinity. ` +
      `Try a guidanceScale below ${guidanceScale}, more steps or another scheduler; if it stays, the checkpoint is damaged.`,
  );
}
