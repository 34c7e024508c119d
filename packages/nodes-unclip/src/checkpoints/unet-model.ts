import type { AppliedAdapter, UnetModel } from '../models/model.js';
import type { UnetConfig } from '../models/unet/config.js';
import { buildUnet, type UnetBuildOptions } from '../models/unet/unet.js';
import { unetWorkingBytes } from '../models/working-memory.js';
import { adaptComponent } from './adapt-component.js';
import { mergeComponent } from './merge-component.js';
import { modelRequester } from './model-requester.js';
import type { WeightComponent } from './open-component.js';
import { FORMULATION } from './open-family.js';

/** The parts of a UNet other than its weights. */
type Beside = Omit<
  UnetModel,
  'identity' | 'config' | 'shapes' | 'adapt' | 'withImagePrompt' | 'source' | 'merge' | 'request'
>;

/** A UNet2DConditionModel. @param applied additions to its weights */
export function unetModel(
  original: WeightComponent<UnetConfig>,
  beside: Beside,
  applied: readonly AppliedAdapter[] = [],
): UnetModel {
  const unet = adaptComponent(original, applied);
  const request = modelRequester(FORMULATION);
  const imagePrompts = beside.imagePrompts?.length ?? 0;
  return {
    ...beside,
    ...{ identity: unet.identity, config: unet.config, shapes: unet.shapes },
    adapt(adapter) {
      return unetModel(original, besideOf(this), [...applied, adapter]);
    },
    withImagePrompt(more) {
      const own = besideOf(this);
      return unetModel(original, { ...own, imagePrompts: [...(own.imagePrompts ?? []), more] }, applied);
    },
    source: { ...original, applied },
    merge(factor, others) {
      const merged = mergeComponent(original, [{ model: this, factor }, ...others]);
      return unetModel(merged.component, besideOf(this), merged.applied);
    },
    request: (shape, { part = 'whole', takesControl = false, ...options } = {}) =>
      request(labelOf({ part, takesControl, imagePrompts }), unet, {
        ...options,
        shape: `n=${shape.n} h=${shape.h} w=${shape.w} t=${shape.t}`,
        runsOnEnd: true,
        takesBfloat16: true,
        workingBytes: unetWorkingBytes(unet.config, shape),
        workingBytesOnDisk: unetWorkingBytes(unet.config, shape, { sizesAtRunTime: true }),
        describe: (builder, config) => buildUnet(builder, config, shape, { part, takesControl, imagePrompts }),
      }),
  };
}

/** For example of a copy with a different scheduler than the checkpoint. */
function besideOf(model: UnetModel): Beside {
  const {
    identity: _,
    config: __,
    shapes: ___,
    adapt: ____,
    withImagePrompt: _____,
    request: ______,
    source: _______,
    merge: ________,
    ...beside
  } = model;
  return beside;
}

function labelOf({ part, imagePrompts, takesControl }: Required<UnetBuildOptions>): string {
  return [
    'unet',
    ...(part === 'whole' ? [] : [part]),
    ...(imagePrompts > 0 ? [`with ${imagePrompts} image prompts`] : []),
    ...(takesControl ? ['with control'] : []),
  ].join(' ');
}
