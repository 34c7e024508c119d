import type { FitsMemory, ModelRequest } from '../models/inference.js';
import type { UnetModel } from '../models/model.js';
import type { UnetShape } from '../models/unet/down-path.js';
import { type BeginParams, scheduleOf } from './begin-sampling.js';
import { isGuidedLikeComfyUi } from './comfyui/denoiser.js';
import { countComfyUiCalls, type SigmaPlan } from './comfyui/plan-sigmas.js';
import { isDeepCall } from './denoise.js';
import type { ExpectedControl } from './expected-control.js';
import { isGuided } from './guidance.js';
import { rowsOfCalls } from './predict-with-unet.js';
import { callLiesIn } from './prompt-parts.js';

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

/** Sizes of the UNet's inputs, except for the doubling by guidance, and its ControlNets. */
export interface CallSizes extends UnetShape {
  readonly controls: readonly ExpectedControl[];
  /** Text tokens and controls from `changeAt` on. */
  readonly later: { readonly t: number; readonly controls: readonly ExpectedControl[] };
}

interface Use {
  readonly model: ModelRequest;
  times: number;
}

/**
 * Which models a sampler runs and how often: each call of the scheduler, with guidance or without, with the deep layers of
 * the UNet or without, and the control nets that steer at it. Rows of many images that do not fit into memory at once are
 * split as when they are computed; control nets are not, since what steers a part of the rows is not known.
 *
 * @throws SchedulerConfigError | SamplingInputError where sampling would throw it
 */
export function unetCalls(
  unet: UnetModel,
  { later, controls: firstControls, ...sizes }: CallSizes,
  params: CallParams,
  fits: FitsMemory,
): readonly Use[] {
  if (params.denoise === 0) return [];
  const uses = new Map<string, Use>();
  const add = (model: ModelRequest, times = 1) => {
    const known = uses.get(model.key);
    if (known === undefined) uses.set(model.key, { model, times });
    else known.times += times;
  };
  const addCalls = (n: number, request: (n: number) => ModelRequest, times?: number) => {
    for (const rows of rowsOfCalls(n, (rows) => fits(request(rows)))) add(request(rows), times);
  };
  if (params.numerics === 'comfyui') {
    const times = countComfyUiCalls(params, unet.sampling);
    const n = sizes.n * (isGuidedLikeComfyUi(params.guidanceScale) ? 2 : 1);
    addCalls(n, (rows) => unet.request({ ...sizes, n: rows }, { takesControl: firstControls.length > 0 }), times);
    for (const { net, span } of firstControls) {
      // By noise instead of steps, which is about as often.
      add(net.request({ ...sizes, n }), Math.round(times * Math.max(span.to - span.from, 0)));
    }
    return [...uses.values()];
  }
  const { changeAt, deepEvery } = params;
  const fromCall = changeAt === 0 ? undefined : changeAt;
  const { scheduler, steps } = scheduleOf(unet, params);
  for (const call of scheduler.timesteps.keys()) {
    const isLater = fromCall !== undefined && call >= fromCall;
    const guidanceScale = isLater && params.laterGuidanceScale !== 0 ? params.laterGuidanceScale : params.guidanceScale;
    const { t, controls } = isLater ? later : { t: sizes.t, controls: firstControls };
    const n = sizes.n * (isGuided(guidanceScale) ? 2 : 1);
    const isDeep = isDeepCall(call, { deepEvery, fromCall });
    const part = deepEvery === 1 ? 'whole' : isDeep ? 'keeping' : 'shallow';
    addCalls(n, (rows) => unet.request({ ...sizes, n: rows, t }, { part, takesControl: controls.length > 0 }));
    for (const control of controls) {
      if (!callLiesIn(control.span, { call, calls: steps.calls })) continue;
      const shape = { ...sizes, n: control.isGuess ? sizes.n : n, t };
      add(control.net.request(shape, { part: part === 'shallow' ? part : 'whole' }));
    }
  }
  return [...uses.values()];
}
