import type { CheckpointFolder, WeightVariant } from '../weights/checkpoint-folder.js';
import { createFolderLayout, requireComponents } from '../weights/folder-layout.js';
import { type LayoutOptions, openLayout } from '../weights/open-layout.js';
import type { Checkpoint } from './checkpoint.js';
import { imageVariations } from './families/image-variations.js';
import { karlo, type PriorCheckpoint, requirePriorFolders } from './families/karlo.js';
import { plain } from './families/plain.js';
import { unclip } from './families/unclip.js';
import { nameProblems, type OpenFamilyOptions, openFamily } from './open-family.js';

export interface OpenCheckpointOptions extends LayoutOptions, OpenFamilyOptions {}

export interface OpenPriorOptions extends OpenFamilyOptions {
  /** `full` when left out. */
  readonly variant?: WeightVariant;
}

/**
 * Opens a diffusers folder of StableUnCLIPImg2ImgPipeline, StableDiffusionPipeline or StableDiffusionImageVariationPipeline, or a
 * checkpoint in one file.
 *
 * @throws CheckpointError see {@link openFamily}
 */
export async function openCheckpoint(
  name: string,
  folder: CheckpointFolder,
  options: OpenCheckpointOptions,
): Promise<Checkpoint> {
  return nameProblems(`Checkpoint "${name}"`, async () => {
    if (options.singleFile === undefined) await requireComponents(folder);
    const layout = await openLayout(folder, options);
    switch (await layout.family()) {
      case 'unclip':
        return openFamily(name, { family: unclip, layout }, options);
      case 'image-variations':
        return openFamily(name, { family: imageVariations, layout }, options);
      case 'plain':
        return openFamily(name, { family: plain, layout }, options);
    }
  });
}

/**
 * Opens a folder with a Karlo prior.
 *
 * @throws CheckpointError see {@link openFamily}
 */
export async function openPriorCheckpoint(
  name: string,
  folder: CheckpointFolder,
  { variant = 'full', ...options }: OpenPriorOptions,
): Promise<PriorCheckpoint> {
  return nameProblems(`Prior "${name}"`, async () => {
    await requirePriorFolders(folder);
    return openFamily(name, { family: karlo, layout: createFolderLayout(folder, variant) }, options);
  });
}
