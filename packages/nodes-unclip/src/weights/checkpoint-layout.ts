import type { TensorReader, TensorSet } from './stored-tensor.js';

/** The weights of one component's folder, in a file named after `stem`. */
export interface ComponentFiles {
  readonly folder: string;
  /** `model` in transformers' folders, `diffusion_pytorch_model` in diffusers'. */
  readonly stem: 'model' | 'diffusion_pytorch_model';
}

/** The files of one component. Paths are those of a diffusers folder: `vae/config.json`. */
export interface ComponentLayout extends TensorReader {
  /** @throws CheckpointError if there is no such text */
  readText(path: string): Promise<string>;
  /** @throws CheckpointError with the reason if there are no such weights */
  openTensors(component: ComponentFiles): Promise<TensorSet>;
}

/** An unCLIP model, or a damaged one; one that draws variations of images without text; or a plain Stable Diffusion. */
export type CheckpointFamily = 'unclip' | 'image-variations' | 'plain';

/**
 * A checkpoint read as a diffusers folder, regardless of its layout on disk. Paths are those of such a folder:
 * `unet/config.json`, `tokenizer/merges.txt`.
 */
export interface CheckpointLayout extends ComponentLayout {
  family(): Promise<CheckpointFamily>;
  has(path: string): Promise<boolean>;
  /** `mean` and `std` of the image embeddings; `null`: the checkpoint has none, which means 0 and 1. */
  openStatistics(): Promise<TensorSet | null>;
}
