import { type CheckpointError, fileProblems } from '../checkpoint-error.js';
import { type CheckpointFolder, findWeightFile, openWeightFile, type WeightVariant } from './checkpoint-folder.js';
import { decodeFloats } from './decode-floats.js';
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors.js';

/** Statistics of the CLIP embeddings the UNet was trained with; both have `embedDim` values. */
export interface ImageNormalizer {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/**
 * Reads StableUnCLIPImageNormalizer: `mean` and `std`, [1, d] each.
 *
 * @throws CheckpointError | SafetensorsError
 */
export async function readImageNormalizer(
  folder: CheckpointFolder,
  { variant, embedDim }: { readonly variant: WeightVariant; readonly embedDim: number },
): Promise<{ readonly normalizer: ImageNormalizer; readonly identityParts: readonly Uint8Array[] }> {
  const path = await findWeightFile(folder, 'image_normalizer', { stem: 'diffusion_pytorch_model', variant });
  const header = await readSafetensorsHeader(await openWeightFile(folder, path));
  const meanBytes = await readRow(folder, header, { name: 'mean', embedDim });
  const stdBytes = await readRow(folder, header, { name: 'std', embedDim });
  return {
    normalizer: { mean: meanBytes.floats, std: stdBytes.floats },
    identityParts: [header.bytes, meanBytes.bytes, stdBytes.bytes],
  };
}

async function readRow(
  folder: CheckpointFolder,
  header: SafetensorsHeader,
  { name, embedDim }: { readonly name: string; readonly embedDim: number },
): Promise<{ readonly bytes: Uint8Array; readonly floats: Float32Array }> {
  const tensor = header.tensors.get(name);
  const expected = `[1, ${embedDim}]`;
  if (tensor === undefined) throw unfit(header.file, `missing tensor "${name}" ${expected}`);
  const got = `[${tensor.shape.join(', ')}]`;
  if (got !== expected) throw unfit(header.file, `tensor "${name}": expected ${expected}, got ${got}`);
  const bytes = await folder.read(header.file, tensor.offset, tensor.length);
  const floats = decodeFloats(tensor.dtype, bytes);
  if (floats === null) throw unfit(header.file, `tensor "${name}": expected F32, F16 or BF16, got ${tensor.dtype}`);
  return { bytes, floats };
}

function unfit(file: string, problem: string): CheckpointError {
  return fileProblems(file, [problem], 'The statistics do not fit the image encoder');
}
