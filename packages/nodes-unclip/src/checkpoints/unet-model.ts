import type { AppliedAdapter, UnetModel } from '../models/model.js';
import type { UnetConfig } from '../models/unet/config.js';
import { buildUnet } from '../models/unet/unet.js';
import { unetWorkingBytes } from '../models/working-memory.js';
import { adaptComponent } from './adapt-component.js';
import { modelRequester } from './model-requester.js';
import type { WeightComponent } from './open-component.js';
import { FORMULATION } from './open-family.js';

/** A UNet2DConditionModel. @param applied what is added to its weights */
export function unetModel(
  original: WeightComponent<UnetConfig>,
  beside: Pick<UnetModel, 'name' | 'latents' | 'scheduler' | 'lowRes' | 'prompt'>,
  applied: readonly AppliedAdapter[] = [],
): UnetModel {
  const unet = adaptComponent(original, applied);
  const request = modelRequester(FORMULATION);
  return {
    ...beside,
    ...{ identity: unet.identity, config: unet.config, shapes: unet.shapes },
    adapt(adapter) {
      const { name, latents, scheduler, lowRes, prompt } = this;
      const own = { name, latents, scheduler, ...(lowRes && { lowRes }), ...(prompt && { prompt }) };
      return unetModel(original, own, [...applied, adapter]);
    },
    request: (shape, { part = 'whole', ...options } = {}) =>
      request(part === 'whole' ? 'unet' : `unet ${part}`, unet, {
        ...options,
        shape: `n=${shape.n} h=${shape.h} w=${shape.w} t=${shape.t}`,
        runsOnEnd: true,
        workingBytes: unetWorkingBytes(unet.config, shape),
        describe: (builder, config) => buildUnet(builder, config, shape, part),
      }),
  };
}
