import { CheckpointError } from '../weights/checkpoint-error.js';
import type { CheckpointFolder } from '../weights/checkpoint-folder.js';
import { type LayoutOptions, openLayout } from '../weights/open-layout.js';
import { TEXT, UNET, VAE, VISION } from './component-kinds.js';

/** The weights of one part of a checkpoint, as stored on disk. */
export interface PartDescription {
  readonly part: string;
  /** Paths in the checkpoint folder. */
  readonly files: readonly string[];
  /** Paths of files with another variant, such as another precision, which are not read. */
  readonly leftAside: readonly string[];
  /** As the files name them, such as `F16`; position ids and the like are not counted. */
  readonly dtypes: readonly string[];
  readonly parameters: number;
  readonly sizeBytes: number;
}

/**
 * Checks the weights of each part separately, so that it also describes a checkpoint that is broken elsewhere. Whether
 * the tensors match the model is checked only when it is opened.
 *
 * @returns `null` for a part that cannot be read
 */
export async function describeParts(
  folder: CheckpointFolder,
  options: LayoutOptions,
): Promise<readonly (PartDescription | { readonly part: string; readonly files: null })[]> {
  const layout = await openLayout(folder, options);
  return Promise.all(
    [VISION, TEXT, UNET, VAE].map(async (kind) => {
      try {
        const { tensors, files, leftAside = [] } = await layout.openTensors(kind);
        const floats = tensors.filter(({ dtype }) => dtype.includes('F'));
        return {
          part: kind.folder,
          files: files.map(({ path }) => path),
          leftAside: leftAside.map((name) => `${kind.folder}/${name}`),
          dtypes: [...new Set(floats.map(({ dtype }) => dtype))].sort(),
          parameters: floats.reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0),
          sizeBytes: tensors.reduce((sum, { length }) => sum + length, 0),
        };
      } catch (error) {
        if (error instanceof CheckpointError) {
          return { part: kind.folder, files: null };
        }
        throw error;
      }
    }),
  );
}
