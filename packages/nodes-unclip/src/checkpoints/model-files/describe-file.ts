import type { CheckpointFolder } from '../../weights/checkpoint-folder.js';
import { familyOfWeights } from '../../weights/lora/model-family.js';
import { openTensorFile, tensorsOf } from '../../weights/stored-tensor.js';

/** What a file of weights tells without its weights being read. */
export interface WeightFileDescription {
  /** Types of its numbers as safetensors spells them, that of most bytes first. */
  readonly dtypes: readonly string[];
  /** What it was made for, such as "Stable Diffusion 2"; `undefined` if its tensors do not tell. */
  readonly family: string | undefined;
  /** What its makers wrote beside the tensors. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads what stands at the start of a file of weights.
 *
 * @throws CheckpointError, SafetensorsError
 */
export async function describeWeightFile(folder: CheckpointFolder, path: string): Promise<WeightFileDescription> {
  const file = await openTensorFile(folder, path);
  const tensors = tensorsOf(file);
  const bytes = new Map<string, number>();
  for (const { dtype, length } of tensors) bytes.set(dtype, (bytes.get(dtype) ?? 0) + length);
  return {
    dtypes: [...bytes].sort(([, a], [, b]) => b - a).map(([dtype]) => dtype),
    family: familyOfWeights(tensors),
    metadata: file.header.metadata,
  };
}
