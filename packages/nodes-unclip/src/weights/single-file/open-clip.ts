import type { JsonObject } from '../../json-object.js';
import type { StoredTensor } from '../stored-tensor.js';
import type { Shapes } from './shapes.js';

// The towers of mlfoundations/open_clip, src/open_clip/transformer.py, under the names of transformers' CLIPTextModel
// and CLIPVisionModelWithProjection.

export const OPEN_CLIP_TEXT_PREFIX = 'cond_stage_model.model.';
export const OPEN_CLIP_VISION_PREFIX = 'embedder.model.visual.';

const TEXT_NAMES: Readonly<Record<string, string>> = {
  'token_embedding.weight': 'embeddings.token_embedding.weight',
  positional_embedding: 'embeddings.position_embedding.weight',
  'ln_final.weight': 'final_layer_norm.weight',
  'ln_final.bias': 'final_layer_norm.bias',
};

const VISION_NAMES: Readonly<Record<string, string>> = {
  class_embedding: 'embeddings.class_embedding',
  positional_embedding: 'embeddings.position_embedding.weight',
  'conv1.weight': 'embeddings.patch_embedding.weight',
  'ln_pre.weight': 'pre_layrnorm.weight',
  'ln_pre.bias': 'pre_layrnorm.bias',
  'ln_post.weight': 'post_layernorm.weight',
  'ln_post.bias': 'post_layernorm.bias',
};

const LAYER_NAMES: Readonly<Record<string, string>> = {
  'attn.out_proj': 'self_attn.out_proj',
  ln_1: 'layer_norm1',
  ln_2: 'layer_norm2',
  'mlp.c_fc': 'mlp.fc1',
  'mlp.c_proj': 'mlp.fc2',
};

/** Gives the tensors of the text tower, whose names come without the prefix, the names of transformers. */
export function renameOpenClipText(tensors: readonly StoredTensor[], shapes: Shapes): readonly StoredTensor[] {
  // Stable Diffusion 2 takes what the last layer but one gives, so the last is never run.
  const unused = `transformer.resblocks.${numLayers(shapes) - 1}.`;
  const rest = ['text_projection', 'logit_scale', 'attn_mask'];
  return tensors
    .filter(({ name }) => !name.startsWith(unused) && !rest.includes(name))
    .flatMap((tensor) => renameTensor(tensor, 'text_model.', TEXT_NAMES));
}

/** Gives the tensors of the image tower, whose names come without the prefix, the names of transformers. */
export function renameOpenClipVision(tensors: readonly StoredTensor[]): readonly StoredTensor[] {
  return tensors.flatMap((tensor) => {
    if (tensor.name !== 'proj') return renameTensor(tensor, 'vision_model.', VISION_NAMES);
    // A plain parameter that x is multiplied with from the right, and no linear layer: [width, embed].
    return {
      ...tensor,
      name: 'visual_projection.weight',
      shape: tensor.shape.toReversed(),
      isTransposed: !tensor.isTransposed,
    };
  });
}

function renameTensor(
  tensor: StoredTensor,
  prefix: string,
  names: Readonly<Record<string, string>>,
): readonly StoredTensor[] {
  const [, layer, part = ''] = /^transformer\.resblocks\.(\d+)\.(.+)$/.exec(tensor.name) ?? [];
  if (layer === undefined) {
    const known = Object.hasOwn(names, tensor.name) ? names[tensor.name] : undefined;
    return [{ ...tensor, name: prefix + (known ?? tensor.name) }];
  }
  const path = `${prefix}encoder.layers.${layer}`;
  const [, kind] = /^attn\.in_proj_(weight|bias)$/.exec(part) ?? [];
  if (kind !== undefined) return splitInProjection(tensor, (projection) => `${path}.self_attn.${projection}.${kind}`);
  const found = Object.entries(LAYER_NAMES).find(([name]) => part.startsWith(`${name}.`));
  const known = found === undefined ? part : found[1] + part.slice(found[0].length);
  return [{ ...tensor, name: `${path}.${known}` }];
}

/** in_proj holds the rows of q, then of k, then of v: three pieces of the file, each in one stretch. */
function splitInProjection(tensor: StoredTensor, nameOf: (projection: string) => string): readonly StoredTensor[] {
  const [rows = 0, ...columns] = tensor.shape;
  const length = tensor.length / 3;
  // Rows that cannot be split evenly are left as they are; the check of names and shapes reports them.
  if (rows % 3 !== 0) return [tensor];
  return ['q_proj', 'k_proj', 'v_proj'].map((projection, i) => ({
    ...tensor,
    name: nameOf(projection),
    shape: [rows / 3, ...columns],
    offset: tensor.offset + i * length,
    length,
  }));
}

function numLayers(shapes: Shapes): number {
  return shapes.count((layer) => `transformer.resblocks.${layer}.ln_1.weight`);
}

function layerSizes(shapes: Shapes): JsonObject {
  return {
    hidden_size: shapes.dim('transformer.resblocks.0.ln_1.weight', 0),
    intermediate_size: shapes.dim('transformer.resblocks.0.mlp.c_fc.weight', 0),
  };
}

/** What text_encoder/config.json would say; OpenCLIP ViT-H, whose heads are 64 wide. */
export function deriveTextConfig(shapes: Shapes): JsonObject {
  return {
    ...layerSizes(shapes),
    num_hidden_layers: numLayers(shapes) - 1,
    num_attention_heads: shapes.dim('token_embedding.weight', 1) / 64,
    vocab_size: shapes.dim('token_embedding.weight', 0),
    max_position_embeddings: shapes.dim('positional_embedding', 0),
    hidden_act: 'gelu',
  };
}

/** The equivalent of image_encoder/config.json, except for what the weights do not show. */
export function deriveVisionConfig(
  shapes: Shapes,
  untold: { readonly num_attention_heads: number; readonly hidden_act: string },
): JsonObject {
  const patchSize = shapes.dim('conv1.weight', 3);
  const patchesPerSide = Math.round(Math.sqrt(shapes.dim('positional_embedding', 0) - 1));
  return {
    ...layerSizes(shapes),
    num_hidden_layers: numLayers(shapes),
    num_channels: shapes.dim('conv1.weight', 1),
    patch_size: patchSize,
    image_size: patchSize * patchesPerSide,
    projection_dim: shapes.dim('proj', 1),
    ...untold,
  };
}
