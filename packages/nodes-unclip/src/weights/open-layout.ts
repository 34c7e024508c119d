import type { CheckpointFolder, WeightVariant } from './checkpoint-folder.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { createFolderLayout } from './folder-layout.js';
import { openSingleFileLayout, type SingleFileOptions } from './single-file/single-file-layout.js';

export interface LayoutOptions {
  /** Of weights that are there in two precisions; `full` when left out. */
  readonly variant?: WeightVariant;
  /** Set for a checkpoint in one file in the folder. */
  readonly singleFile?: SingleFileOptions & {
    /** Its plain name. */
    readonly path: string;
  };
}

/** @throws CheckpointError if a single file cannot be read; folders are read part by part later */
export async function openLayout(
  folder: CheckpointFolder,
  { variant = 'full', singleFile }: LayoutOptions,
): Promise<CheckpointLayout> {
  if (singleFile === undefined) return createFolderLayout(folder, variant);
  return openSingleFileLayout(folder, singleFile.path, singleFile);
}
