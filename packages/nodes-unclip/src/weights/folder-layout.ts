import { withReason } from '@unclip-studio/graph-core';
import { CheckpointError } from './checkpoint-error.js';
import { type CheckpointFolder, readTextFile, type WeightVariant } from './checkpoint-folder.js';
import type { CheckpointFamily, CheckpointLayout } from './checkpoint-layout.js';
import { isPickle } from './mistaken-content.js';
import { tensorReader } from './stored-tensor.js';
import { openWeightFiles } from './weight-files.js';

/** A folder of a diffusers pipeline, as it is. */
export function createFolderLayout(folder: CheckpointFolder, variant: WeightVariant): CheckpointLayout {
  return {
    family: async () => familyOf(folder, await folder.list('')),
    has: (path) => folder.exists(path),
    readText: (path) => readTextFile(folder, path),
    openTensors: (component) => openWeightFiles(folder, component, variant),
    openStatistics: () =>
      openWeightFiles(folder, { folder: 'image_normalizer', stem: 'diffusion_pytorch_model' }, variant),
    ...tensorReader(folder),
  };
}

const PLAIN_COMPONENTS = ['scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae'] as const;
const IMAGE_COMPONENTS = ['image_encoder', 'image_normalizer', 'image_noising_scheduler'] as const;

const FAMILIES: Readonly<
  Record<CheckpointFamily, { readonly pipeline: string; readonly components: readonly string[] }>
> = {
  unclip: {
    pipeline: 'StableUnCLIPImg2ImgPipeline',
    components: ['feature_extractor', ...IMAGE_COMPONENTS, ...PLAIN_COMPONENTS],
  },
  'image-variations': {
    pipeline: 'StableDiffusionImageVariationPipeline',
    components: ['feature_extractor', 'image_encoder', 'scheduler', 'unet', 'vae'],
  },
  plain: { pipeline: 'StableDiffusionPipeline', components: PLAIN_COMPONENTS },
};

/** The folders that a checkpoint of a family must have. */
export function componentsOf(family: CheckpointFamily): readonly string[] {
  return FAMILIES[family].components;
}

/** @throws CheckpointError if folders of components are missing */
export async function requireComponents(folder: CheckpointFolder): Promise<void> {
  const names = await folder.list('');
  const { pipeline, components } = FAMILIES[names.length === 0 ? 'unclip' : await familyOf(folder, names)];
  const missing = components.filter((component) => !names.includes(component));
  if (missing.length === 0) return;
  const file = names.find(isPickle);
  if (missing.length === components.length && file !== undefined) {
    throw withReason(new CheckpointError(`Expected a diffusers folder, got one with ${file}. Name that file`), {
      code: 'model-file',
      file,
      fault: 'wrong-kind',
      detail: 'expected a diffusers folder',
      more: 0,
    });
  }
  throw withReason(
    new CheckpointError(
      `Expected a diffusers folder of ${pipeline}, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. ` +
        'Copy or download the checkpoint again',
    ),
    { code: 'model-parts-missing', parts: missing },
  );
}

/**
 * A plain Stable Diffusion declares itself as such, and may have an image encoder for IP-Adapter; or it has no image
 * side at all. A checkpoint with part of one is an unCLIP model, damaged or not.
 */
async function familyOf(folder: CheckpointFolder, names: readonly string[]): Promise<CheckpointFamily> {
  const index = (await folder.exists('model_index.json')) ? await folder.readText('model_index.json') : '';
  if (index.includes('UnCLIP')) return 'unclip';
  const says = (family: CheckpointFamily) => index.includes(`"${FAMILIES[family].pipeline}"`);
  if (says('image-variations')) return 'image-variations';
  const [encoder, ...others] = IMAGE_COMPONENTS;
  const hasImageSide =
    others.some((component) => names.includes(component)) || (!says('plain') && names.includes(encoder));
  return hasImageSide ? 'unclip' : 'plain';
}
