import { canonicalJson } from '@unclip-studio/graph-core';
import { type Tensor, tensor } from '../../tensor/tensor.js';
import { fileProblems } from '../../weights/checkpoint-error.js';
import { decodeFloats } from '../../weights/decode-floats.js';
import { openTensorFile, tensorReader, tensorsOf } from '../../weights/stored-tensor.js';
import { otherKindIn } from '../../weights/weight-kind.js';
import { nameProblems, type OpenFamilyOptions } from '../open-family.js';
import type { ModelLocation } from './location.js';

/** A textual inversion: what the text encoder takes in the place of a word. */
export interface TextEmbedding {
  readonly name: string;
  /** Names its vectors by their content. */
  readonly identity: string;
  /** float32 [n, d]: n words. */
  readonly vectors: Tensor;
}

/** @throws CheckpointError if it contains no vectors, or those of several text encoders */
export function openEmbedding(
  name: string,
  { folder, path }: ModelLocation,
  { hash }: Pick<OpenFamilyOptions, 'hash'>,
): Promise<TextEmbedding> {
  return nameProblems(`Embedding "${name}"`, async () => {
    const file = await openTensorFile(folder, path);
    const other = otherKindIn(file, 'embedding');
    if (other !== undefined)
      throw fileProblems(path, [`expected a textual inversion, got ${other}`], { fault: 'wrong-kind', cure: CURE });
    const tensors = tensorsOf(file);
    const names = tensors.map((one) => one.name);
    if (names.includes('clip_g')) {
      throw fileProblems(path, ['it was made for Stable Diffusion XL, which has two text encoders'], {
        fault: 'other-model',
        cure: CURE,
      });
    }
    const [stored, ...others] = tensors;
    if (stored === undefined || others.length > 0 || stored.shape.length === 0 || stored.shape.length > 2) {
      const got = tensors.map(({ name: key, shape }) => `"${key}" [${shape.join(', ')}]`).join(', ');
      throw fileProblems(path, [`expected one tensor of vectors, got ${got || 'none'}`], {
        fault: 'wrong-kind',
        cure: CURE,
      });
    }
    const rowByRow = stored.isTransposed ? { ...stored, strides: [1, stored.shape[0] as number] } : stored;
    const bytes = await tensorReader(folder).read(rowByRow);
    const floats = decodeFloats(stored.dtype, bytes);
    if (floats === null)
      throw fileProblems(path, [`expected floats, got ${stored.dtype}`], { fault: 'not-supported', cure: CURE });
    const [width = 0] = stored.shape.slice(-1);
    const vectors = tensor([floats.length / Math.max(width, 1), width], floats);
    // Names the vectors in any kind of file.
    const digest = hash(bytes);
    return { name, vectors, identity: hash(canonicalJson([stored.dtype, vectors.dims, digest])) };
  });
}

const CURE = 'Choose a textual inversion for Stable Diffusion 1 or 2';
