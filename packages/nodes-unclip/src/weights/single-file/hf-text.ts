import type { JsonObject } from '../../json-object.js';
import type { Shapes } from './shapes.js';

// Stable Diffusion 1 took its text tower from transformers, names and all.

export const HF_TEXT_PREFIX = 'cond_stage_model.transformer.';

const layerOf = (layer: number): string => `text_model.encoder.layers.${layer}.layer_norm1.weight`;

/** What text_encoder/config.json would say; CLIP ViT-L, whose heads are 64 wide. */
export function deriveHfTextConfig(shapes: Shapes): JsonObject {
  const width = shapes.dim('text_model.embeddings.token_embedding.weight', 1);
  return {
    hidden_size: width,
    intermediate_size: shapes.dim('text_model.encoder.layers.0.mlp.fc1.weight', 0),
    num_hidden_layers: shapes.count(layerOf),
    num_attention_heads: width / 64,
    vocab_size: shapes.dim('text_model.embeddings.token_embedding.weight', 0),
    max_position_embeddings: shapes.dim('text_model.embeddings.position_embedding.weight', 0),
    hidden_act: 'quick_gelu',
  };
}
