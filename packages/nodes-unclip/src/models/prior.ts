import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { attentionBlock } from './blocks.js';
import { gelu, layerNorm, linear, scalar } from './layers.js';
import type { PriorConfig } from './prior-config.js';
import { timestepEmbedding, timestepSinusoid } from './timestep-embedding.js';

const LAYER_NORM_EPSILON = 1e-5;
/** What a score gets that is not to count. */
const HIDDEN = -10000;

/**
 * PriorTransformer, after diffusers 0.42.1, models/transformers/prior_transformer.py: a causal transformer over the
 * text's tokens, its embedding, the time, the noisy image embedding and one more token, which is read.
 *
 * Inputs: `hidden_states` [n, embeddingDim], `timestep` [1], `proj_embedding` [n, textEmbedDim],
 * `encoder_hidden_states` [n, numEmbeddings, embeddingDim], `attention_mask` [n, numEmbeddings], 1 where a token counts
 * and 0 where it does not. Output: `predicted_image_embedding` [n, clipEmbedDim]. All float32.
 */
export function buildPrior(builder: GraphBuilder, config: PriorConfig, { n }: { readonly n: number }): void {
  const { embeddingDim, numEmbeddings, numAttentionHeads, headDim, textEmbedDim, clipEmbedDim } = config;
  const root = builder.root();
  const width = numAttentionHeads * headDim;
  const sample = builder.input('hidden_states', 'float32', [n, embeddingDim]);
  const timestep = builder.exactInput('timestep', 'float32', [1]);
  const textEmbed = builder.input('proj_embedding', 'float32', [n, textEmbedDim]);
  const textStates = builder.input('encoder_hidden_states', 'float32', [n, numEmbeddings, embeddingDim]);
  const textMask = builder.input('attention_mask', 'float32', [n, numEmbeddings]);

  const project = (name: string, x: Value, from: number) => linear(root.child(name), x, { from, to: width });
  const oneToken = (x: Value) => ops.reshape(root, x, [n, 1, width]);
  const perRow = builder.ints([n, 1, width]);
  let tokens = ops.concat(
    root,
    [
      project('encoder_hidden_states_proj', textStates, embeddingDim),
      oneToken(project('embedding_proj', textEmbed, textEmbedDim)),
      ops.expand(root, ops.reshape(root, timeToken(root, timestep, { width, config }), [1, 1, width]), perRow, [
        n,
        1,
        width,
      ]),
      oneToken(project('proj_in', sample, embeddingDim)),
      ops.expand(root, root.weight('prd_embedding', [1, 1, width]), perRow, [n, 1, width]),
    ],
    1,
  ); // [n, t, width]
  const count = numEmbeddings + config.additionalEmbeddings;
  tokens = ops.add(root, tokens, root.weight('positional_embedding', [1, count, width]));

  const mask = attentionMask(root, textMask, { n, count, config });
  for (let layer = 0; layer < config.numLayers; layer++) {
    tokens = transformerBlock(root.child(`transformer_blocks.${layer}`), tokens, { width, mask, config });
  }
  const normed = layerNorm(root.child('norm_out'), tokens, { features: width, epsilon: LAYER_NORM_EPSILON });
  const last = ops.reshape(root, ops.gather(root, normed, builder.ints([count - 1]), 1), [n, width]);
  const predicted = linear(root.child('proj_to_clip_embeddings'), last, { from: width, to: clipEmbedDim });
  builder.output('predicted_image_embedding', predicted, [n, clipEmbedDim]);
}

/** -> [1, width] */
function timeToken(
  root: Scope,
  timestep: Value,
  { width, config }: { readonly width: number; readonly config: PriorConfig },
): Value {
  const options = { width, flipSinToCos: true, freqShift: 0 };
  const sinusoid = timestepSinusoid(root.child('time_proj'), timestep, options);
  return timestepEmbedding(root.child('time_embedding'), sinusoid, {
    from: width,
    to: config.timeEmbedDim,
    out: width,
  });
}

/** [n, 1, t, t]: added to the scores. A hidden token ahead counts twice, as in diffusers. */
function attentionMask(
  root: Scope,
  textMask: Value,
  { n, count, config }: { readonly n: number; readonly count: number; readonly config: PriorConfig },
): Value {
  const { builder } = root;
  const { numEmbeddings, additionalEmbeddings } = config;
  // (1 - mask) * -10000, written with the operators there are: 1 - mask = mask * -1 + 1.
  const hidden = ops.add(root, ops.mul(root, textMask, scalar(root, -1)), scalar(root, 1));
  const ofText = ops.mul(root, hidden, scalar(root, HIDDEN));
  const ofOthers = builder.floats([n, additionalEmbeddings], new Float32Array(n * additionalEmbeddings));
  const ofColumns = ops.reshape(root, ops.concat(root, [ofText, ofOthers], 1), [
    n,
    1,
    1,
    numEmbeddings + additionalEmbeddings,
  ]);
  const causal = new Float32Array(count * count);
  for (let row = 0; row < count; row++) causal.fill(HIDDEN, row * count + row + 1, (row + 1) * count);
  return ops.add(root, ofColumns, builder.floats([1, 1, count, count], causal));
}

/** BasicTransformerBlock without attention to another sequence; feed-forward with a plain GELU. */
function transformerBlock(
  scope: Scope,
  tokens: Value,
  { width, mask, config }: { readonly width: number; readonly mask: Value; readonly config: PriorConfig },
): Value {
  const normOptions = { features: width, epsilon: LAYER_NORM_EPSILON };
  const head = { channels: width, numHeads: config.numAttentionHeads, contextFeatures: width, inputBias: true, mask };
  const normed = layerNorm(scope.child('norm1'), tokens, normOptions);
  const attended = ops.add(scope, attentionBlock(scope.child('attn1'), normed, normed, head), tokens);
  const fed = layerNorm(scope.child('norm3'), attended, normOptions);
  const wide = linear(scope.child('ff.net.0.proj'), fed, { from: width, to: 4 * width });
  const narrow = linear(scope.child('ff.net.2'), gelu(scope, wide), { from: 4 * width, to: width });
  return scope.result(ops.add(scope, narrow, attended));
}
