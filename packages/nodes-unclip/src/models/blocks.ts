import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { adaptedConv, attention, conv2d, groupNorm, linear, mapSizes, silu } from './layers.js';

// Blocks that the UNet and the VAE share, after diffusers 0.42.1, models/resnet.py, downsampling.py, upsampling.py.

export interface ResnetOptions {
  readonly channels: number;
  readonly numGroups: number;
  readonly epsilon: number;
  /** SiLU of the timestep embedding, [n, features]; `null` in the VAE, which has none. */
  readonly timeEmbedding: { readonly activated: Value; readonly features: number } | null;
}

/** ResnetBlock2D: norm, SiLU, conv (+ time), norm, SiLU, conv, + input. */
export function resnetBlock(scope: Scope, x: Value, options: ResnetOptions): Value {
  const { channels, timeEmbedding } = options;
  let hidden = groupNorm(scope.child('norm1'), x, options);
  hidden = silu(scope, hidden);
  hidden = conv2d(scope.child('conv1'), hidden, { channels, kernel: 3 });
  if (timeEmbedding !== null) {
    const { activated, features } = timeEmbedding;
    const shift = linear(scope.child('time_emb_proj'), activated, { from: features, to: channels });
    hidden = ops.add(scope, hidden, ops.reshape(scope, shift, [0, channels, 1, 1]));
  }
  hidden = groupNorm(scope.child('norm2'), hidden, options);
  hidden = silu(scope, hidden);
  hidden = conv2d(scope.child('conv2'), hidden, { channels, kernel: 3 });
  const isSameWidth = mapSizes(scope, x).channels === channels;
  const shortcut = isSameWidth ? x : conv2d(scope.child('conv_shortcut'), x, { channels, kernel: 1 });
  return scope.result(ops.add(scope, shortcut, hidden));
}

/** Downsample2D with padding 1 on all sides: half the size, rounded up. */
export function downsample(scope: Scope, x: Value): Value {
  return scope.result(halfConv(scope.child('conv'), x, 1));
}

/** Downsample2D with padding 0, which pads right and bottom by one: half the size, rounded down. */
export function downsampleAsymmetric(scope: Scope, x: Value): Value {
  return scope.result(halfConv(scope.child('conv'), x, [0, 0, 1, 1]));
}

function halfConv(scope: Scope, x: Value, padding: ops.ConvAttributes['padding']): Value {
  const { channels } = mapSizes(scope, x);
  return adaptedConv(scope, x, { channels, bias: true, kernel: 3, stride: 2, padding });
}

/** Upsample2D: nearest neighbour to `size`, then conv. */
export function upsample(scope: Scope, x: Value, { h, w }: { readonly h: number; readonly w: number }): Value {
  const { channels, h: fromH, w: fromW } = mapSizes(scope, x);
  const isDouble = h === 2 * fromH && w === 2 * fromW;
  const resized = ops.resizeNearest(scope, x, isDouble ? { scale: 2 } : { h, w });
  return conv2d(scope.child('conv'), resized, { channels, kernel: 3 });
}

/** Rows of pixels, one token each: [n, h * w, channels]. */
export function mapToTokens(scope: Scope, x: Value): Value {
  const { channels, h, w } = mapSizes(scope, x);
  return ops.reshape(scope, ops.transpose(scope, x, [0, 2, 3, 1]), [0, h * w, channels]);
}

/** @param like gives the size which the tokens came from */
export function tokensToMap(scope: Scope, tokens: Value, like: Value): Value {
  const { channels, h, w } = mapSizes(scope, like);
  return ops.transpose(scope, ops.reshape(scope, tokens, [0, h, w, channels]), [0, 3, 1, 2]);
}

export interface AttentionOptions {
  readonly channels: number;
  readonly numHeads: number;
  /** Width of the tokens which give keys and values. */
  readonly contextFeatures: number;
  /** Whether to_q, to_k and to_v have biases; to_out always has. */
  readonly inputBias: boolean;
  /** Added to the scores, [n, 1, t, s]; every token sees all when left out. */
  readonly mask?: Value;
  /** What the queries look at as well; each result is added, times its scale. */
  readonly beside?: readonly { readonly key: Value; readonly value: Value; readonly scale: Value }[];
}

/** diffusers' Attention without norm: queries from `x`, keys and values from `context`; -> [n, t, channels]. */
export function attentionBlock(scope: Scope, x: Value, context: Value, options: AttentionOptions): Value {
  const { channels, numHeads, contextFeatures, inputBias: bias, mask, beside = [] } = options;
  const query = linear(scope.child('to_q'), x, { from: channels, to: channels, bias });
  const key = linear(scope.child('to_k'), context, { from: contextFeatures, to: channels, bias });
  const value = linear(scope.child('to_v'), context, { from: contextFeatures, to: channels, bias });
  const masked = { numHeads, channels, causalTokens: null, ...(mask === undefined ? {} : { mask }) };
  let mixed = attention(scope, { query, key, value }, masked);
  for (const { scale, ...seen } of beside) {
    const more = attention(scope, { query, ...seen }, { numHeads, channels, causalTokens: null });
    mixed = ops.add(scope, mixed, ops.mul(scope, more, scale));
  }
  return linear(scope.child('to_out.0'), mixed, { from: channels, to: channels });
}
