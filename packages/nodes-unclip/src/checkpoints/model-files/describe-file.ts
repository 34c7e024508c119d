import { fileProblems } from '../../weights/checkpoint-error.js';
import type { CheckpointFolder } from '../../weights/checkpoint-folder.js';
import { familyOfWeights, otherFamilyIn } from '../../weights/lora/model-family.js';
import { controlNetFileForm } from '../../weights/single-file/controlnet-file.js';
import { ipAdapterFileForm } from '../../weights/single-file/ip-adapter-file.js';
import { upscalerFileForm } from '../../weights/single-file/upscaler-file.js';
import { vaeFileForm } from '../../weights/single-file/vae-file.js';
import { visionFileForm } from '../../weights/single-file/vision-file.js';
import { openTensorFile, type TensorFile, tensorsOf } from '../../weights/stored-tensor.js';
import { otherKindIn } from '../../weights/weight-kind.js';
import type { ModelFileKind } from './index.js';

/** What is known about a file of weights without reading its weights. */
export interface WeightFileDescription {
  /** The types of its numbers as spelled in safetensors, the one with the most bytes first. */
  readonly dtypes: readonly string[];
  /** What it was made for, such as "Stable Diffusion 2"; `undefined` if its tensors do not show it. */
  readonly family: string | undefined;
  /** Metadata that its authors stored with the tensors. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Rejects files that are not a model of a kind; their descriptions of the format are not needed here. */
const FORMS: Readonly<Partial<Record<string, (file: TensorFile) => unknown>>> = {
  controlnet: controlNetFileForm,
  embedding: (file) => refuseOthers(file, 'embedding', 'a textual inversion'),
  'image-embeds': (file) => refuseOthers(file, 'image-embeds', 'image embeddings'),
  'ip-adapter': ipAdapterFileForm,
  lora: (file) => refuseOthers(file, 'lora', 'a LoRA'),
  upscaler: upscalerFileForm,
  vae: vaeFileForm,
  vision: visionFileForm,
} satisfies Record<ModelFileKind, (file: TensorFile) => unknown>;

/** Kinds whose files have no specific format. */
function refuseOthers(file: TensorFile, kind: ModelFileKind, expected: string): void {
  const other = otherKindIn(file, kind);
  if (other !== undefined)
    throw fileProblems(file.path, [`expected ${expected}, got ${other}`], {
      fault: 'wrong-kind',
      cure: 'Choose another file',
    });
}

/**
 * Reads the start of a file of weights.
 *
 * @param kind of model that it must match; any when left out
 * @throws CheckpointError, also for another kind of model than that; SafetensorsError
 */
export async function describeWeightFile(
  folder: CheckpointFolder,
  path: string,
  kind?: string,
): Promise<WeightFileDescription> {
  const file = await openTensorFile(folder, path);
  FORMS[kind ?? '']?.(file);
  const tensors = tensorsOf(file);
  const bytes = new Map<string, number>();
  for (const { dtype, length } of tensors) bytes.set(dtype, (bytes.get(dtype) ?? 0) + length);
  return {
    dtypes: [...bytes].sort(([, a], [, b]) => b - a).map(([dtype]) => dtype),
    family: kind === 'vae' ? otherFamilyIn(file.header.metadata) : familyOfWeights(tensors),
    metadata: file.header.metadata,
  };
}
