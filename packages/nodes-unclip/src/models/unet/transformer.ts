import type { Scope } from '../../onnx/graph-builder.js';
import * as ops from '../../onnx/ops.js';
import { sizeOf, type Value } from '../../onnx/value.js';
import { attentionBlock, mapToTokens, tokensToMap } from '../blocks.js';
import { conv2d, gelu, groupNorm, layerNorm, linear, mapSizes } from '../layers.js';
import type { Attention, DownPathConfig } from './config.js';
import type { ImageAttention, ImageAttentions } from './image-attention.js';

// transformer_2d.py and attention.py give these two as literals.
const TRANSFORMER_NORM_EPSILON = 1e-6;
const LAYER_NORM_EPSILON = 1e-5;

export interface TransformerOptions extends Attention {
  readonly config: DownPathConfig;
  /** Text states [n, t, crossAttentionDim]. */
  readonly context: Value;
  /** Images that the attention to the text sees as well; none when left out. */
  readonly imageAttentions?: ImageAttentions;
}

/** Transformer2DModel with one BasicTransformerBlock: self-attention, attention to the text, feed-forward. */
export function transformer(scope: Scope, x: Value, options: TransformerOptions): Value {
  const { config } = options;
  const { channels } = mapSizes(scope, x);
  const normed = groupNorm(scope.child('norm'), x, {
    numGroups: config.normNumGroups,
    epsilon: TRANSFORMER_NORM_EPSILON,
  });
  const projIn = scope.child('proj_in');
  let tokens = config.useLinearProjection
    ? linear(projIn, mapToTokens(scope, normed), { from: channels, to: channels })
    : mapToTokens(scope, conv2d(projIn, normed, { channels, kernel: 1 }));

  const beside = options.imageAttentions?.get(scope.path) ?? [];
  tokens = transformerBlock(scope.child('transformer_blocks.0'), tokens, { ...options, channels, beside });

  const projOut = scope.child('proj_out');
  const projected = config.useLinearProjection
    ? tokensToMap(scope, linear(projOut, tokens, { from: channels, to: channels }), x)
    : conv2d(projOut, tokensToMap(scope, tokens, x), { channels, kernel: 1 });
  return scope.result(ops.add(scope, projected, x));
}

interface BlockOptions extends TransformerOptions {
  readonly channels: number;
  readonly beside: readonly ImageAttention[];
}

/** BasicTransformerBlock on tokens [n, h * w, channels]. */
function transformerBlock(
  scope: Scope,
  tokens: Value,
  { channels, heads: numHeads, crossOnly, config, context, beside }: BlockOptions,
): Value {
  const layerNormOptions = { features: channels, epsilon: LAYER_NORM_EPSILON };
  const head = { channels, numHeads, inputBias: false };

  const selfNormed = layerNorm(scope.child('norm1'), tokens, layerNormOptions);
  const seen = crossOnly
    ? { tokens: context, features: config.crossAttentionDim }
    : { tokens: selfNormed, features: channels };
  const self = attentionBlock(scope.child('attn1'), selfNormed, seen.tokens, {
    ...head,
    contextFeatures: seen.features,
  });
  const afterSelf = ops.add(scope, self, tokens);

  const crossNormed = layerNorm(scope.child('norm2'), afterSelf, layerNormOptions);
  const contextFeatures = config.crossAttentionDim;
  const cross = attentionBlock(scope.child('attn2'), crossNormed, context, { ...head, contextFeatures, beside });
  const afterCross = ops.add(scope, cross, afterSelf);

  const normed = layerNorm(scope.child('norm3'), afterCross, layerNormOptions);
  return scope.result(ops.add(scope, feedForward(scope.child('ff'), normed, channels), afterCross));
}

/** FeedForward with GEGLU: half of the 8-fold widening is gated by GELU of the other half. */
function feedForward(scope: Scope, x: Value, channels: number): Value {
  const inner = 4 * channels;
  const sizes = sizesIfLarge(scope, x);
  const tokens = sizes === undefined ? x : ops.reshapeAtRunTime(scope, x, sizes);
  const wide = linear(scope.child('net.0.proj'), tokens, { from: channels, to: 2 * inner });
  const [value, gate] = ops.splitInHalves(scope, wide, -1);
  const gated = ops.mul(scope, value, gelu(scope, gate));
  const narrow = linear(scope.child('net.2'), gated, { from: inner, to: channels });
  return sizes === undefined ? narrow : ops.reshape(scope, narrow, sizes);
}

function sizesIfLarge({ builder: { formulation } }: Scope, { dims }: Value): readonly number[] | undefined {
  const { values = Number.POSITIVE_INFINITY } = formulation.sizesAtRunTime ?? {};
  return dims.every((dim) => typeof dim === 'number') && 8 * sizeOf(dims) >= values ? dims : undefined;
}
