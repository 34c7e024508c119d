import type { ElementType, ExternalTensor } from '../onnx/external-data.js';
import type { WeightSource } from '../onnx/graph-weights.js';
import { fileProblems } from './checkpoint-error.js';
import type { SafetensorsDtype } from './safetensors.js';
import type { StoredTensor, TensorSet } from './stored-tensor.js';

/** How the tensor names of one kind of component are to be read. */
export interface KeyRules {
  /** The name a model definition uses for a name as found in a file. */
  toModelKey(name: string): string;
  /** Whether a tensor that no model definition asks for may be there all the same. */
  isIgnored(modelKey: string): boolean;
}

// Buffers of older transformers releases, int64 0, 1, 2 ...
const isPositionIds = (key: string): boolean => key.endsWith('embeddings.position_ids');

const TOWERS = ['text_model.', 'vision_model.'] as const;
const OUTSIDE_TOWERS = ['text_projection.weight', 'visual_projection.weight', 'logit_scale'];

/**
 * One tower of CLIP. The folder may contain a whole CLIPModel, the rest of which is ignored, as in transformers. Both
 * spellings of names are in use: transformers wrote them with the prefix before 5.0.
 *
 * @param projection what the model uses in addition to its tower
 */
function towerKeys(prefix: (typeof TOWERS)[number], projection?: string): KeyRules {
  const isElsewhere = (name: string) => TOWERS.some((tower) => name.startsWith(tower)) || OUTSIDE_TOWERS.includes(name);
  return {
    toModelKey: (name) => (isElsewhere(name) ? name : prefix + name),
    isIgnored: (key) => isPositionIds(key) || (!key.startsWith(prefix) && key !== projection && isElsewhere(key)),
  };
}

export const CLIP_VISION_KEYS: KeyRules = towerKeys('vision_model.', 'visual_projection.weight');
export const CLIP_TEXT_KEYS: KeyRules = towerKeys('text_model.');
export const CLIP_TEXT_PROJECTION_KEYS: KeyRules = towerKeys('text_model.', 'text_projection.weight');

/** The two statistics are read apart: they belong to the result, after the last step. */
export const PRIOR_KEYS: KeyRules = {
  toModelKey: (name) => name,
  isIgnored: (key) => key === 'clip_mean' || key === 'clip_std',
};

/** Models whose weights are named as in their files, and all read: UNets, TAESD, upscalers. */
export const SAME_KEYS: KeyRules = { toModelKey: (name) => name, isIgnored: () => false };

// diffusers renames them when it loads a file from before 0.18 (`_convert_deprecated_attention_blocks`).
const OLD_ATTENTION_NAMES: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
};

export const VAE_KEYS: KeyRules = {
  toModelKey: (name) =>
    name.replace(
      /(\.attentions\.\d+\.)(query|key|value|proj_attn)(?=\.(?:weight|bias)$)/,
      (_, path: string, old: string) => path + OLD_ATTENTION_NAMES[old],
    ),
  isIgnored: () => false,
};

/** What tensors of weights may be stored as. */
export const ELEMENT_TYPES: Partial<Record<SafetensorsDtype, ElementType>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F64: 'float64',
  F8_E4M3: 'float8e4m3',
  F8_E5M2: 'float8e5m2',
};

/** Replaces a file: records which weights a model definition requests, with their expected dims. */
export class RequiredWeights implements WeightSource {
  readonly dims = new Map<string, readonly number[]>();

  get(key: string, dims: readonly number[]): ExternalTensor {
    this.dims.set(key, dims);
    return { elementType: 'float32', dims, location: 'none', offset: 0, length: 0 };
  }
}

/** A weight of a model: what its graph refers to, and the tensor it was found as. */
export interface MatchedWeight {
  readonly external: ExternalTensor;
  readonly stored: StoredTensor;
}

/**
 * Finds each weight a model definition asks for among the tensors of a component, and nothing else there.
 *
 * @throws CheckpointError listing all missing, unexpected and misshapen tensors
 */
export function matchWeights(
  { label, tensors, files }: TensorSet,
  required: ReadonlyMap<string, readonly number[]>,
  rules: KeyRules,
): ReadonlyMap<string, MatchedWeight> {
  if (tensors.some(({ name }) => name === 'scaled_fp8' || name.endsWith('.scale_weight'))) {
    throw fileProblems(label, ['these are fp8 weights with scales, which are not read'], {
      fault: 'not-supported',
      cure: 'Get the fp16 file of the model',
    });
  }
  const problems: string[] = [];
  const found = new Map<string, StoredTensor>();
  for (const tensor of tensors) {
    const key = rules.toModelKey(tensor.name);
    // No layer has a weight without axes: such a number is a training tool's own, like `num_updates`.
    if (rules.isIgnored(key) || (tensor.shape.length === 0 && !required.has(key))) continue;
    if (!required.has(key)) problems.push(`unexpected tensor "${tensor.foundAs}" ${show(tensor.shape)}`);
    else if (found.has(key)) problems.push(`tensor "${key}" is there twice, under an old name and a new one`);
    else found.set(key, tensor);
  }
  const realNames = new Map(files.map(({ path, realName }) => [path, realName]));
  const matched = new Map<string, MatchedWeight>();
  for (const [key, dims] of required) {
    const tensor = found.get(key);
    if (tensor === undefined) {
      problems.push(`missing tensor "${key}" ${show(dims)}`);
      continue;
    }
    const { dtype, shape, offset, length, isTransposed } = tensor;
    const elementType = ELEMENT_TYPES[dtype];
    const location = realNames.get(tensor.file) ?? '';
    if (show(shape) !== show(dims)) problems.push(`tensor "${key}": expected ${show(dims)}, got ${show(shape)}`);
    else if (elementType === undefined)
      problems.push(`tensor "${key}": expected F64, F32, F16, BF16, F8_E4M3 or F8_E5M2, got ${dtype}`);
    else matched.set(key, { external: { elementType, dims, location, offset, length, isTransposed }, stored: tensor });
  }
  if (problems.length > 0) {
    throw fileProblems(label, problems.sort(), {
      fault: 'damaged',
      cure: 'The weights do not match the config.json next to them',
    });
  }
  return matched;
}

function show(dims: readonly number[]): string {
  return `[${dims.join(', ')}]`;
}
