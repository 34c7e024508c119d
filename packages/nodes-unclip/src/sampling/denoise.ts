import { type CancelSignal, withReason } from '@unclip-studio/graph-core';
import type { NoiseLevel, Scheduler } from '../schedulers/scheduler.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { createAsker, requireSteered } from './ask-guided.js';
import type { Guides } from './guides.js';
import type { SamplingTime } from './prompt-parts.js';
import { blendKept, type KeptLatents } from './start-from-latent.js';
import type { UnetQuestion } from './unet-question.js';

export interface DenoiseRequest {
  readonly scheduler: Scheduler;
  /** float32 [n, c, h, w], noise already times `scheduler.initNoiseSigma`. */
  readonly latents: Tensor;
  readonly guides: Guides;
  /** What steers from a call on, 0 being the first; the same all the way when left out. */
  readonly later?: { readonly guides: Guides; readonly fromCall: number };
  /** What the result keeps of an image; everything is drawn when left out. */
  readonly kept?: KeptLatents;
  /** How noisy the result is, of a run that stops before its end; clean when left out. */
  readonly endLevel?: NoiseLevel | null;
  /** The deep layers of the UNet are computed at every n-th call, counting from 0 again where `later` begins; 1 when left out. */
  readonly deepEvery?: number;
  /** What prompts for a part of the steps count by; each call is a step when left out. */
  readonly steps?: SamplingSteps;
  /** Calls that were already made before this run continues; none when left out. */
  readonly earlierCalls?: number;
  /** The noise of stochastic schedulers, drawn in the order of the calls. */
  randn(count: number): Float32Array;
  predict(question: UnetQuestion): Promise<Tensor>;
  /** After each call: how many of them are done, and the resulting latents. */
  onStep?(step: number, steps: number, latents: Tensor): void;
  readonly signal: CancelSignal;
}

/** How calls of the UNet and steps go together; some schedulers call it twice a step. */
export interface SamplingSteps {
  /** Including those that are left out, as in the results of `stepOf`. */
  readonly count: number;
  /** Including those that are left out at the end. */
  readonly calls: number;
  stepOf(call: number): number;
}

/** The latents are NaN or infinite; continuing would only give a black image. */
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
  const times = scheduler.timesteps.map((timestep, call) => timeOf(call, timestep, request));
  for (const [call, time] of times.entries()) requireSteered(guidesAt(call, request), request.latents, time);
  // The same for every step, so made once.
  const first = createAsker(request.guides, request.latents);
  const last = later === undefined ? first : createAsker(later.guides, request.latents);

  let latents = request.latents;
  const steps = scheduler.timesteps.length;
  for (const [call, timestep] of scheduler.timesteps.entries()) {
    signal.throwIfAborted();
    const ask = later !== undefined && call >= later.fromCall ? last : first;
    const sample = tensor(latents.dims, scheduler.scaleModelInput(latents.data, call));
    const time = times[call] ?? timeOf(call, timestep, request);
    const asked = { sample, time, call, ...deepAt(call, request) };
    const modelOutput = await ask(asked, (question) => request.predict(question));
    const stepped = scheduler.step({ modelOutput, sample: latents.data, call, randn: request.randn });
    const level = call + 1 === steps ? (request.endLevel ?? null) : (scheduler.levels[call + 1] ?? null);
    const next = request.kept === undefined ? stepped : blendKept(stepped, request.kept, level);
    if (!next.every(Number.isFinite)) throw nonFinite(call + 1, steps, guidesAt(call, request).guidanceScale);
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

function guidesAt(call: number, { guides, later }: DenoiseRequest): Guides {
  return later !== undefined && call >= later.fromCall ? later.guides : guides;
}

function timeOf(call: number, timestep: number, { scheduler, steps, earlierCalls = 0 }: DenoiseRequest): SamplingTime {
  const all = earlierCalls + scheduler.timesteps.length;
  return {
    ...{ step: steps?.stepOf(call) ?? call, steps: steps?.count ?? scheduler.timesteps.length, timestep },
    ...{ call: earlierCalls + call, calls: steps?.calls ?? all },
  };
}

function nonFinite(step: number, steps: number, guidanceScale: number): NonFiniteError {
  const error = new NonFiniteError(
    `Sampling step ${step} of ${steps}: expected finite numbers from the UNet and the scheduler, got NaN or infinity. ` +
      `Try a guidanceScale below ${guidanceScale}, more steps or another scheduler; if it stays, the checkpoint is damaged.`,
  );
  return withReason(error, { code: 'not-finite' });
}
