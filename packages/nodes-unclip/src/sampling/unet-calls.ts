import type { ModelRequest } from '../models/inference.js';
import type { UnetModel } from '../models/model.js';
import type { UnetShape } from '../models/unet/unet.js';
import { type BeginParams, scheduleOf } from './begin-sampling.js';
import { isGuidedLikeComfyUi } from './comfyui/denoiser.js';
import { countComfyUiCalls, type SigmaPlan } from './comfyui/plan-sigmas.js';
import { isDeepCall } from './denoise.js';
import { isGuided } from './guidance.js';

/** The params of a sampler that decide which calls of the UNet it takes. */
export interface CallParams extends BeginParams, SigmaPlan {
  readonly numerics: 'diffusers' | 'comfyui';
  readonly guidanceScale: number;
  /** The call from which the later guides lead; 0: never. */
  readonly changeAt: number;
  /** 0: the same. */
  readonly laterGuidanceScale: number;
  readonly deepEvery: number;
}

/** Sizes of what the UNet is asked, but for the doubling by guidance. */
export interface CallSizes extends UnetShape {
  /** Text tokens from `changeAt` on. */
  readonly laterTokens: number;
}

/**
 * Which models a sampler runs and how often: each call of the scheduler, with guidance or without, with the deep layers of
 * the UNet or without.
 *
 * @throws SchedulerConfigError | SamplingInputError where sampling would throw it
 */
export function unetCalls(
  unet: UnetModel,
  { laterTokens, ...sizes }: CallSizes,
  params: CallParams,
): readonly { readonly model: ModelRequest; readonly times: number }[] {
  if (params.denoise === 0) return [];
  if (params.numerics === 'comfyui') {
    const n = sizes.n * (isGuidedLikeComfyUi(params.guidanceScale) ? 2 : 1);
    return [{ model: unet.request({ ...sizes, n }), times: countComfyUiCalls(params, unet.sampling) }];
  }
  const { changeAt, deepEvery } = params;
  const fromCall = changeAt === 0 ? undefined : changeAt;
  const calls = new Map<string, { readonly model: ModelRequest; times: number }>();
  for (const call of scheduleOf(unet, params).scheduler.timesteps.keys()) {
    const isLater = fromCall !== undefined && call >= fromCall;
    const guidanceScale = isLater && params.laterGuidanceScale !== 0 ? params.laterGuidanceScale : params.guidanceScale;
    const n = sizes.n * (isGuided(guidanceScale) ? 2 : 1);
    const isDeep = isDeepCall(call, { deepEvery, fromCall });
    const part = deepEvery === 1 ? 'whole' : isDeep ? 'keeping' : 'shallow';
    const model = unet.request({ ...sizes, n, t: isLater ? laterTokens : sizes.t }, { part });
    const known = calls.get(model.key);
    if (known === undefined) calls.set(model.key, { model, times: 1 });
    else known.times++;
  }
  return [...calls.values()];
}
