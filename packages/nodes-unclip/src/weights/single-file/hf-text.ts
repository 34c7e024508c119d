import type { JsonObject } from '../../json-object.js';
import type { Shapes } from './shapes.js';

// Stable Diffusion 1 took its text tower from transformers, names and all.

const PREFIX = 'cond_stage_model.transformer.';

/** The prefix of the names of the text tower: some programs saved it without `text_model.`. */
export function hfTextPrefix(names: Iterable<string>): string | undefined {
  let found: string | undefined;
  for (const name of names) {
    if (name.startsWith(`${PREFIX}text_model.`)) return `${PREFIX}text_model.`;
    if (name.startsWith(`${PREFIX}embeddings.`)) found = PREFIX;
  }
  return found;
}

export const HF_TOKENS = 'embeddings.token_embedding.weight';

const layerOf = (layer: number): string => `encoder.layers.${layer}.layer_norm1.weight`;

/** What text_encoder/config.json would say; CLIP ViT-L, whose heads are 64 wide. */
export function deriveHfTextConfig(shapes: Shapes): JsonObject {
  const width = shapes.dim(HF_TOKENS, 1);
  return {
    hidden_size: width,
    intermediate_size: shapes.dim('encoder.layers.0.mlp.fc1.weight', 0),
    num_hidden_layers: shapes.count(layerOf),
    num_attention_heads: width / 64,
    vocab_size: shapes.dim(HF_TOKENS, 0),
    max_position_embeddings: shapes.dim('embeddings.position_embedding.weight', 0),
    hidden_act: 'quick_gelu',
  };
}
