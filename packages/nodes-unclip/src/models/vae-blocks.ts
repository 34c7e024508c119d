import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { attentionBlock, mapToTokens, resnetBlock, tokensToMap } from './blocks.js';
import type { VaeConfig } from './configs.js';
import { groupNorm, mapSizes } from './layers.js';

// What the VAE's two halves share, after diffusers 0.42.1, models/unets/unet_2d_blocks.py.

/** vae.py passes it as a literal to every normalization. */
const NORM_EPSILON = 1e-6;

/** UNetMidBlock2D: resnet, one-headed self-attention over all pixels, resnet. */
export function vaeMidBlock(scope: Scope, x: Value, config: VaeConfig): Value {
  const options = { ...vaeNorm(config), channels: mapSizes(scope, x).channels, timeEmbedding: null };
  let hidden = resnetBlock(scope.child('resnets.0'), x, options);
  hidden = pixelAttention(scope.child('attentions.0'), hidden, config);
  hidden = resnetBlock(scope.child('resnets.1'), hidden, options);
  return scope.result(hidden);
}

/** Attention with `residual_connection` and `group_norm`; its head is as wide as the feature map. */
function pixelAttention(scope: Scope, x: Value, config: VaeConfig): Value {
  const { channels } = mapSizes(scope, x);
  const tokens = mapToTokens(scope, groupNorm(scope.child('group_norm'), x, vaeNorm(config)));
  const options = { channels, numHeads: 1, contextFeatures: channels, inputBias: true };
  const mixed = tokensToMap(scope, attentionBlock(scope, tokens, tokens, options), x);
  return scope.result(ops.add(scope, mixed, x));
}

/** The options of every normalization of the VAE. */
export function vaeNorm(config: VaeConfig): { readonly numGroups: number; readonly epsilon: number } {
  return { numGroups: config.normNumGroups, epsilon: NORM_EPSILON };
}
