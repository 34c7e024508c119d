import type { UpscalerModel } from '../../models/model.js';
import { buildRrdbNet, scaleOf } from '../../models/rrdbnet.js';
import { upscalerWorkingBytes } from '../../models/working-memory.js';
import { upscalerFileForm } from '../../weights/single-file/upscaler-file.js';
import { UPSCALER } from '../component-kinds.js';
import { modelRequester } from '../model-requester.js';
import { openComponent } from '../open-component.js';
import { FORMULATION, nameProblems, type OpenFamilyOptions } from '../open-family.js';
import { componentAt, type ModelLocation } from './location.js';

/**
 * Opens an ESRGAN or Real-ESRGAN.
 *
 * @throws CheckpointError telling all that is wrong with it
 */
export function openUpscaler(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<UpscalerModel> {
  return nameProblems(`Upscaler "${name}"`, async () => {
    const layout = await componentAt(location, upscalerFileForm);
    const { path: folder } = location;
    const upscaler = await openComponent(layout, { ...UPSCALER, folder }, { formulation: FORMULATION, hash });
    const request = modelRequester(FORMULATION);
    const { config, identity } = upscaler;
    return {
      ...{ name, identity, config, scale: scaleOf(config) },
      request: (shape, options) =>
        request('upscaler', upscaler, {
          shape: `h=${shape.h} w=${shape.w}`,
          ...options,
          workingBytes: upscalerWorkingBytes(config, shape),
          describe: (builder) => buildRrdbNet(builder, config, shape),
        }),
    };
  });
}
