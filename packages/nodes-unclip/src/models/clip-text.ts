import type { GraphBuilder } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { clipEncoder } from './clip-encoder.js';
import type { ClipTextConfig } from './configs.js';
import { embedding, layerNorm } from './layers.js';

export interface ClipTextOptions {
  /** How many layers at the end are left out, 0 to numHiddenLayers; 0 when left out. */
  readonly clipSkip?: number;
  /** It takes vectors in the place of tokens. */
  readonly takesVectors?: boolean;
}

/**
 * CLIPTextModel, after transformers 5.23, models/clip/modeling_clip.py. There is no padding mask: pads count as tokens.
 *
 * Input: `input_ids` int64 [n, t], t = maxPositionEmbeddings; n can differ in each run.
 * Output: `last_hidden_state` float32 [n, t, hiddenSize], after the final normalization.
 *
 * With `takesVectors` also `token_weights` [n, t, 1], 0 where a vector of `token_vectors` [n, t, hiddenSize] replaces a
 * token, and 1 elsewhere, where the vectors are 0: textual inversion.
 */
export function buildClipText(builder: GraphBuilder, config: ClipTextConfig, options: ClipTextOptions = {}): void {
  const { hiddenSize, maxPositionEmbeddings: tokenCount } = config;
  builder.output('last_hidden_state', clipTextStates(builder, config, options), ['n', tokenCount, hiddenSize]);
}

/** The states of all tokens after the final normalization, [n, t, hiddenSize], from a new input `input_ids`. */
export function clipTextStates(
  builder: GraphBuilder,
  config: ClipTextConfig,
  { clipSkip = 0, takesVectors = false }: ClipTextOptions = {},
): Value {
  const { hiddenSize, maxPositionEmbeddings: tokenCount, vocabSize } = config;
  const scope = builder.root().child('text_model');
  const ids = builder.input('input_ids', 'int64', ['n', tokenCount]);

  const embeddings = scope.child('embeddings');
  const table = { rows: vocabSize, features: hiddenSize };
  let tokens = embedding(embeddings.child('token_embedding'), ids, table); // [n, t, d]
  if (takesVectors) {
    const weights = builder.input('token_weights', 'float32', ['n', tokenCount, 1]);
    const vectors = builder.input('token_vectors', 'float32', ['n', tokenCount, hiddenSize]);
    tokens = ops.add(embeddings, ops.mul(embeddings, tokens, weights), vectors);
  }
  const positions = embeddings.child('position_embedding').weight('weight', [tokenCount, hiddenSize]);
  const hidden = clipEncoder(scope.child('encoder'), embeddings.result(ops.add(embeddings, tokens, positions)), {
    config,
    numLayers: config.numHiddenLayers - clipSkip,
    causalTokens: tokenCount,
  });
  const layerNormOptions = { features: hiddenSize, epsilon: config.layerNormEps };
  return layerNorm(scope.child('final_layer_norm'), hidden, layerNormOptions);
}
