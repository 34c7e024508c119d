import type { ControlNetModel } from '../../models/model.js';
import { buildControlNet } from '../../models/unet/controlnet.js';
import { controlNetWorkingBytes } from '../../models/working-memory.js';
import { controlNetFileForm, requireControlNet } from '../../weights/single-file/controlnet-file.js';
import { CONTROLNET } from '../component-kinds.js';
import { modelRequester } from '../model-requester.js';
import { openComponent } from '../open-component.js';
import { FORMULATION, nameProblems, type OpenFamilyOptions } from '../open-family.js';
import { componentAt, type ModelLocation } from './location.js';

/**
 * Opens a ControlNet for Stable Diffusion 1 or 2.
 *
 * @throws CheckpointError telling all that is wrong with it
 */
export function openControlNet(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<ControlNetModel> {
  return nameProblems(`ControlNet "${name}"`, async () => {
    const layout = await componentAt(location, controlNetFileForm);
    const kind = { ...CONTROLNET, folder: location.path };
    const { label, tensors } = await layout.openTensors(kind);
    requireControlNet(
      label,
      tensors.map((one) => one.name),
    );
    const net = await openComponent(layout, kind, { formulation: FORMULATION, hash });
    const request = modelRequester(FORMULATION);
    const { config, identity } = net;
    return {
      ...{ name, identity, config },
      request: (shape, { part = 'whole', ...options } = {}) =>
        request(part === 'whole' ? 'controlnet' : `controlnet ${part}`, net, {
          ...options,
          shape: `n=${shape.n} h=${shape.h} w=${shape.w} t=${shape.t}`,
          runsOnEnd: true,
          workingBytes: controlNetWorkingBytes(config, shape),
          describe: (builder) => buildControlNet(builder, config, shape, part),
        }),
    };
  });
}
