import { buildIpAdapter } from '../../models/ip-adapter.js';
import type { IpAdapterModel } from '../../models/model.js';
import { CLIP_WORKING_BYTES } from '../../models/working-memory.js';
import { ipAdapterFileForm } from '../../weights/single-file/ip-adapter-file.js';
import { IP_ADAPTER } from '../component-kinds.js';
import { modelRequester } from '../model-requester.js';
import { openComponent } from '../open-component.js';
import { FORMULATION, nameProblems, type OpenFamilyOptions } from '../open-family.js';
import { componentAt, type ModelLocation } from './location.js';

/**
 * Opens an IP-Adapter, plain or plus.
 *
 * @throws CheckpointError telling all that is wrong with it
 */
export function openIpAdapter(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<IpAdapterModel> {
  return nameProblems(`IP-Adapter "${name}"`, async () => {
    const layout = await componentAt(location, ipAdapterFileForm);
    const { path: folder } = location;
    const adapter = await openComponent(layout, { ...IP_ADAPTER, folder }, { formulation: FORMULATION, hash });
    const request = modelRequester(FORMULATION);
    const { config, identity } = adapter;
    return {
      ...{ name, identity, config },
      request: (shape, options) =>
        request('ip-adapter', adapter, {
          shape: `s=${shape.imageTokens}`,
          ...options,
          workingBytes: CLIP_WORKING_BYTES,
          describe: (builder) => buildIpAdapter(builder, config, shape),
        }),
    };
  });
}
