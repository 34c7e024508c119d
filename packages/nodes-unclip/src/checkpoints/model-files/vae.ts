import type { VaeModel } from '../../models/model.js';
import { otherFamilyIn } from '../../weights/lora/model-family.js';
import { previewDecoderForm } from '../../weights/single-file/tiny-vae-file.js';
import { vaeFileForm } from '../../weights/single-file/vae-file.js';
import { openTensorFile } from '../../weights/stored-tensor.js';
import { TINY_VAE, TINY_VAE_DECODER, VAE } from '../component-kinds.js';
import { openComponent } from '../open-component.js';
import { FORMULATION, nameProblems, type OpenFamilyOptions } from '../open-family.js';
import { tinyVaeModel, vaeLatents, vaeModel } from '../vae-model.js';
import { classNameOf, componentAt, type ModelLocation } from './location.js';

/** A VAE does not say for what size the UNets using it were trained; most use 512 px. */
const BESIDE = { typicalSide: 64, preview: null };

/**
 * Opens an AutoencoderKL or an AutoencoderTiny (TAESD).
 *
 * @throws CheckpointError telling all that is wrong with it
 */
export function openVae(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<VaeModel> {
  return nameProblems(`VAE "${name}"`, async () => {
    const layout = await componentAt(location, vaeFileForm);
    const options = { formulation: FORMULATION, hash };
    const folder = location.path;
    if ((await classNameOf(layout, folder)) === 'AutoencoderTiny') {
      return tinyVaeModel(name, await openComponent(layout, { ...TINY_VAE, folder }, options), BESIDE);
    }
    const vae = await openComponent(layout, { ...VAE, folder }, options);
    const otherFamily = await otherFamilyOf(location, vae.config.scalingFactor);
    return { ...vaeModel(name, vae, vaeLatents(vae, BESIDE)), ...(otherFamily && { otherFamily }) };
  });
}

/** The VAE of Stable Diffusion XL has the same shapes as Stable Diffusion 1's, but different latents. */
async function otherFamilyOf(
  { folder, path, isFolder }: ModelLocation,
  scalingFactor: number,
): Promise<string | undefined> {
  if (Math.abs(scalingFactor - XL_SCALING_FACTOR) < 1e-6) return 'Stable Diffusion XL';
  if (isFolder) return undefined;
  const { header } = await openTensorFile(folder, path);
  return otherFamilyIn(header.metadata);
}

/** @see stabilityai/stable-diffusion-xl-base-1.0, vae/config.json */
const XL_SCALING_FACTOR = 0.13025;

/** What draws previews of latents. */
export type PreviewDecoder = Pick<VaeModel, 'name' | 'latents' | 'decoder'>;

/**
 * Opens the decoder of a TAESD.
 *
 * @throws CheckpointError telling all that is wrong with it
 */
export function openPreviewDecoder(
  name: string,
  location: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<PreviewDecoder> {
  return nameProblems(`TAESD "${name}"`, async () => {
    const layout = await componentAt(location, previewDecoderForm);
    const kind = { ...TINY_VAE_DECODER, folder: location.path };
    return tinyVaeModel(name, await openComponent(layout, kind, { formulation: FORMULATION, hash }), BESIDE);
  });
}
