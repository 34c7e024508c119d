import type { ImageNormalizer } from '../models/model.js';
import { type CheckpointError, fileProblems } from '../weights/checkpoint-error.js';
import type { CheckpointLayout } from '../weights/checkpoint-layout.js';
import { decodeFloats } from '../weights/decode-floats.js';
import type { TensorSet } from '../weights/stored-tensor.js';
import type { Piece } from './pieces.js';

/** Statistics, and what names them by their bytes; `null` where a checkpoint has none. */
export interface Statistics {
  readonly values: ImageNormalizer;
  readonly content: readonly string[] | null;
}

/** StableUnCLIPImageNormalizer: `mean` and `std`, [1, d] each; 0 and 1 where a checkpoint has none. */
export function imageNormalizer(embedDim: number): Piece<Statistics> {
  return { open: ({ layout }) => readImageNormalizer(layout, embedDim), content: ({ content }) => content };
}

/** @throws CheckpointError */
export async function readImageNormalizer(layout: CheckpointLayout, embedDim: number): Promise<Statistics> {
  const set = await layout.openStatistics();
  if (set === null) {
    const normalizer = { mean: new Float32Array(embedDim), std: new Float32Array(embedDim).fill(1) };
    return { values: normalizer, content: null };
  }
  return readStatistics(layout, set, { names: ['mean', 'std'], embedDim });
}

/** @throws CheckpointError if one of the two tensors, [1, d] each, is not there */
export async function readStatistics(
  layout: CheckpointLayout,
  set: TensorSet,
  { names, embedDim }: { readonly names: readonly [mean: string, std: string]; readonly embedDim: number },
): Promise<Statistics> {
  const mean = await readRow(layout, set, { name: names[0], embedDim });
  const std = await readRow(layout, set, { name: names[1], embedDim });
  return { values: { mean: mean.floats, std: std.floats }, content: [mean.content, std.content] };
}

async function readRow(
  layout: CheckpointLayout,
  { label, tensors }: TensorSet,
  { name, embedDim }: { readonly name: string; readonly embedDim: number },
): Promise<{ readonly content: string; readonly floats: Float32Array }> {
  const tensor = tensors.find((candidate) => candidate.name === name);
  const expected = `[1, ${embedDim}]`;
  if (tensor === undefined) throw unfit(label, `missing tensor "${name}" ${expected}`);
  const got = `[${tensor.shape.join(', ')}]`;
  if (got !== expected) throw unfit(label, `tensor "${name}": expected ${expected}, got ${got}`);
  const bytes = await layout.read(tensor);
  const floats = decodeFloats(tensor.dtype, bytes);
  if (floats === null) throw unfit(label, `tensor "${name}": expected floats, got ${tensor.dtype}`);
  const [digest = ''] = await layout.digests([tensor]);
  return { content: `${tensor.dtype} ${digest}`, floats };
}

function unfit(file: string, problem: string): CheckpointError {
  return fileProblems(file, [problem], { fault: 'damaged', cure: 'The statistics do not fit the image encoder' });
}
