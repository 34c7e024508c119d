import { CheckpointError } from '../checkpoint-error.js';
import { type CheckpointFolder, readTextFile, type WeightVariant } from './checkpoint-folder.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { isPickle, openWeightFiles, PICKLE_CURE } from './weight-files.js';

/** A folder of diffusers' StableUnCLIPImg2ImgPipeline, as it is. */
export function createFolderLayout(folder: CheckpointFolder, variant: WeightVariant): CheckpointLayout {
  return {
    has: (path) => folder.exists(path),
    readText: (path) => readTextFile(folder, path),
    openTensors: (component) => openWeightFiles(folder, component, variant),
    openStatistics: () =>
      openWeightFiles(folder, { folder: 'image_normalizer', stem: 'diffusion_pytorch_model' }, variant),
    read: ({ file, offset, length }) => folder.read(file, offset, length),
  };
}

const COMPONENTS = [
  'feature_extractor',
  'image_encoder',
  'image_normalizer',
  'image_noising_scheduler',
  'scheduler',
  'text_encoder',
  'tokenizer',
  'unet',
  'vae',
] as const;

/** @throws CheckpointError if folders of components are missing */
export async function requireComponents(folder: CheckpointFolder): Promise<void> {
  const names = await folder.list('');
  const missing = COMPONENTS.filter((component) => !names.includes(component));
  if (missing.length === 0) return;
  const pickle = names.find(isPickle);
  if (missing.length === COMPONENTS.length && pickle !== undefined) {
    throw new CheckpointError(`Expected a diffusers folder or a .safetensors file, got ${pickle}. ${PICKLE_CURE}`);
  }
  throw new CheckpointError(
    `Expected a diffusers folder of StableUnCLIPImg2ImgPipeline, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. ` +
      'Copy or download the checkpoint again',
  );
}
