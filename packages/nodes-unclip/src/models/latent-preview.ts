import { isJsonObject } from '../json-object.js';
import { fileProblems } from '../weights/checkpoint-error.js';

/** A linear guess of the image: rgb (0..1) of a cell = latent cell . matrix + bias. */
export interface LatentPreview {
  /** One row [r, g, b] for each latent channel. */
  readonly matrix: readonly (readonly number[])[];
  /** [r, g, b]. */
  readonly bias: readonly number[];
}

/** @throws CheckpointError if the file says anything else than a matrix and a bias for `latentChannels` */
export function readLatentPreview(file: string, json: unknown, latentChannels: number): LatentPreview {
  const { matrix, bias } = isJsonObject(json) ? json : {};
  if (Array.isArray(matrix) && matrix.length === latentChannels && matrix.every(isRgb) && isRgb(bias)) {
    return { matrix, bias };
  }
  const expected = `expected "matrix" with ${latentChannels} rows of three numbers and "bias" with three numbers`;
  throw fileProblems(file, [expected], { fault: 'damaged', cure: 'Remove the file, or put it right' });
}

function isRgb(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length === 3 && value.every((item) => Number.isFinite(item));
}
