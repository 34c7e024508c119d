import type { GraphBuilder } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { clipEncoder } from './clip-encoder.js';
import type { ClipTextConfig } from './configs.js';
import { embedding, layerNorm } from './layers.js';

/**
 * CLIPTextModel, after transformers 5.23, models/clip/modeling_clip.py. There is no padding mask: pads count as tokens.
 *
 * Input: `input_ids` int64 [n, t], t = maxPositionEmbeddings; n is free at each run.
 * Output: `last_hidden_state` float32 [n, t, hiddenSize], after the final normalization.
 *
 * @param clipSkip how many layers at the end are left out; 0 to numHiddenLayers
 */
export function buildClipText(builder: GraphBuilder, config: ClipTextConfig, clipSkip = 0): void {
  const { hiddenSize, maxPositionEmbeddings: tokenCount } = config;
  builder.output('last_hidden_state', clipTextStates(builder, config, clipSkip), ['n', tokenCount, hiddenSize]);
}

/** The states of all tokens after the final normalization, [n, t, hiddenSize], from a new input `input_ids`. */
export function clipTextStates(builder: GraphBuilder, config: ClipTextConfig, clipSkip = 0): Value {
  const { hiddenSize, maxPositionEmbeddings: tokenCount, vocabSize } = config;
  const scope = builder.root().child('text_model');
  const ids = builder.input('input_ids', 'int64', ['n', tokenCount]);

  const embeddings = scope.child('embeddings');
  const table = { rows: vocabSize, features: hiddenSize };
  const tokens = embedding(embeddings.child('token_embedding'), ids, table); // [n, t, d]
  const positions = embeddings.child('position_embedding').weight('weight', [tokenCount, hiddenSize]);
  const hidden = clipEncoder(scope.child('encoder'), embeddings.result(ops.add(embeddings, tokens, positions)), {
    config,
    numLayers: config.numHiddenLayers - clipSkip,
    causalTokens: tokenCount,
  });
  const layerNormOptions = { features: hiddenSize, epsilon: config.layerNormEps };
  return layerNorm(scope.child('final_layer_norm'), hidden, layerNormOptions);
}
