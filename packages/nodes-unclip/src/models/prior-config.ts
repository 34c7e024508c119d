import type { ConfigReader } from './config-reader.js';

export interface PriorConfig {
  readonly numAttentionHeads: number;
  readonly headDim: number;
  readonly numLayers: number;
  /** Width of the embedding that is being drawn, and of the text states. */
  readonly embeddingDim: number;
  /** Width of the text's one embedding. */
  readonly textEmbedDim: number;
  /** Width of the predicted embedding. */
  readonly clipEmbedDim: number;
  readonly timeEmbedDim: number;
  /** Text tokens. */
  readonly numEmbeddings: number;
  /** Tokens after them: text embedding, time, sample and the one which is read. */
  readonly additionalEmbeddings: number;
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readPriorConfig(reader: ConfigReader): PriorConfig {
  reader.unused('norm_in_type');
  reader.unused('embedding_proj_norm_type');
  reader.oneOf('added_emb_type', ['prd'], 'prd');
  reader.oneOf('encoder_hid_proj_type', ['linear'], 'linear');
  reader.oneOf('time_embed_act_fn', ['silu'], 'silu');
  const numAttentionHeads = reader.positiveInteger('num_attention_heads', 32);
  const headDim = reader.positiveInteger('attention_head_dim', 64);
  const embeddingDim = reader.positiveInteger('embedding_dim', 768);
  const innerDim = numAttentionHeads * headDim;
  reader.require(innerDim % 2 === 0, '"attention_head_dim": expected an even width in all heads together');
  const additionalEmbeddings = reader.positiveInteger('additional_embeddings', 4);
  reader.require(additionalEmbeddings === 4, `"additional_embeddings": expected 4, got ${additionalEmbeddings}`);
  return reader.finish({
    ...{ numAttentionHeads, headDim, embeddingDim, additionalEmbeddings },
    numLayers: reader.positiveInteger('num_layers', 20),
    textEmbedDim: reader.positiveInteger('embedding_proj_dim', embeddingDim),
    clipEmbedDim: reader.positiveInteger('clip_embed_dim', embeddingDim),
    timeEmbedDim: reader.positiveInteger('time_embed_dim', innerDim),
    numEmbeddings: reader.positiveInteger('num_embeddings', 77),
  });
}
