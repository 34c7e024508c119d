import { basename, dirname } from 'node:path';
import { FORMULATIONS, tensor } from '@unclip-studio/nodes-unclip';
import {
  COMPONENT_KINDS,
  type ComponentKind,
  componentAt,
  openComponent,
  toDistribution,
  type VaeConfig,
  vaeFileForm,
  vaeLatents,
  vaeModel,
  type WeightComponent,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, localCheckpointFolder, sha256 } from '@unclip-studio/server';
import { CaseChecks } from '../compare.js';
import type { GoldenSet } from '../golden-set.js';
import type { ParityStage } from '../parity-stage.js';

const sessions = createOrtSessions();

/** A VAE in one file with LDM names, with the config that the case names: sizes of groups are not in weights. */
export const vaeSingleFile: ParityStage = {
  stage: 'vae_single_file',
  async run(goldenCase, set) {
    const { file, equals, config_of: configOf } = goldenCase.params;
    const component = await openVaeComponent(set, String(file), String(configOf));
    const folder = await openVaeComponent(set, String(equals), String(configOf));
    const vae = vaeModel(String(file), component, vaeLatents(component, { typicalSide: 64, preview: null }));
    const checks = new CaseChecks(goldenCase, set).equal('identity', component.identity, folder.identity);

    const pixels = tensor(set.input(goldenCase, 'image').dims, set.inputFloats(goldenCase, 'image'));
    const [n = 0, , heightPx = 0, widthPx = 0] = pixels.dims;
    const { moments } = await sessions.run(vae.encoder({ n, heightPx, widthPx }), { pixels });
    if (moments === undefined) throw new Error('the encoder gives out no moments');
    const { mean, logVariance } = toDistribution(moments);
    const latent = tensor(set.input(goldenCase, 'latents').dims, set.inputFloats(goldenCase, 'latents'));
    const [rows = 0, , h = 0, w = 0] = latent.dims;
    const { image } = await sessions.run(vae.decoder({ n: rows, h, w }), { latent });
    return checks
      .output('mean', mean.data, { dims: mean.dims })
      .output('logvar', logVariance.data, { dims: logVariance.dims })
      .output('decoded', image?.data ?? [], { dims: image?.dims ?? [] })
      .result();
  },
  close: () => sessions.close(),
};

/** @param path in the set: a folder, or a file @param configOf where config.json lies */
export async function openVaeComponent(
  set: GoldenSet,
  path: string,
  configOf: string,
): Promise<WeightComponent<VaeConfig>> {
  const kind = COMPONENT_KINDS.find(({ folder }) => folder === 'vae') as ComponentKind<VaeConfig>;
  const isFolder = !path.endsWith('.safetensors');
  const location = { folder: localCheckpointFolder(dirname(set.path(path))), path: basename(path), isFolder };
  const layout = await componentAt(location, vaeFileForm);
  const readText = () => localCheckpointFolder(set.path(configOf)).readText('config.json');
  const options = { formulation: FORMULATIONS.cpu, hash: sha256 };
  return openComponent({ ...layout, readText }, { ...kind, folder: location.path }, options);
}
