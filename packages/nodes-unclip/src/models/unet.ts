import type { GraphBuilder, Scope, Value } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import { attentionBlock, downsample, mapToTokens, resnetBlock, tokensToMap, upsample } from './blocks.js';
import type { UnetConfig } from './configs.js';
import { conv2d, type FeatureMap, gelu, groupNorm, layerNorm, linear, silu } from './layers.js';
import { timestepEmbedding, timestepSinusoid } from './timestep-embedding.js';

/** The sizes a UNet graph is built for: batch, latent height and width in cells, text tokens. */
export interface UnetShape {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly t: number;
}

/**
 * `whole`: all of it. `keeping`: all of it, and what the deep layers made as a second output, `deep`. `shallow`: the layers
 * nearest the picture alone, which take `deep` of an earlier timestep instead of computing it.
 *
 * Deep features change little from step to step: https://arxiv.org/abs/2312.00858, with the branch after the first skip.
 */
export type UnetPart = 'whole' | 'keeping' | 'shallow';

// transformer_2d.py and attention.py give these two as literals.
const TRANSFORMER_NORM_EPSILON = 1e-6;
const LAYER_NORM_EPSILON = 1e-5;

/** What every block of one UNet shares. */
interface Shared {
  readonly config: UnetConfig;
  readonly timeEmbedding: { readonly activated: Value; readonly features: number };
  /** Text states [n, t, crossAttentionDim]. */
  readonly context: Value;
}

/**
 * UNet2DConditionModel, after diffusers 0.42.1, models/unets/unet_2d_condition.py.
 *
 * Inputs: `sample` [n, inChannels, h, w], `timestep` [1] (fractions count), `encoder_hidden_states`
 * [n, t, crossAttentionDim] and, unless the config has no class embedding, `class_labels` [n, classEmbedDim].
 * Output: `out_sample` [n, outChannels, h, w]. All float32. For `deep`, [n, blockOutChannels[0], h, w], see {@link UnetPart}.
 */
export function buildUnet(builder: GraphBuilder, config: UnetConfig, shape: UnetShape, part: UnetPart = 'whole'): void {
  const { n, h, w, t } = shape;
  const root = builder.root();
  const sample = builder.input('sample', 'float32', [n, config.inChannels, h, w]);
  const timestep = builder.exactInput('timestep', 'float32', [1]);
  const context = builder.input('encoder_hidden_states', 'float32', [n, t, config.crossAttentionDim]);
  const shared: Shared = {
    config,
    timeEmbedding: {
      activated: silu(root, embedTimestepAndClass(root, timestep, { config, n })),
      features: config.timeEmbedDim,
    },
    context,
  };
  const [firstChannels = 0] = config.blockOutChannels;
  let x: FeatureMap = { value: sample, channels: config.inChannels, h, w };
  x = conv2d(root.child('conv_in'), x, { channels: firstChannels, kernel: 3 });

  const fromFirst = x;
  if (part === 'shallow') {
    x = { ...x, value: builder.input('deep', 'float32', [n, firstChannels, h, w]) };
  } else {
    x = deepLayers(root, x, shared);
    if (part === 'keeping') builder.output('deep', x.value, [n, firstChannels, h, w]);
  }
  const block = config.blockOutChannels.length - 1;
  const lastBlock = root.child(`up_blocks.${block}`);
  x = upLayer(lastBlock, x, { block, layer: config.layersPerBlock, skip: fromFirst, shared });
  lastBlock.result(x.value);

  x = groupNorm(root.child('conv_norm_out'), x, norm(config));
  x = { ...x, value: silu(root, x.value) };
  x = conv2d(root.child('conv_out'), x, { channels: config.outChannels, kernel: 3 });
  builder.output('out_sample', x.value, [n, config.outChannels, h, w]);
}

/** All that lies between the first convolution and the last layer of the last up block. */
function deepLayers(root: Scope, fromFirst: FeatureMap, shared: Shared): FeatureMap {
  const skips: FeatureMap[] = [fromFirst];
  const levels = shared.config.blockOutChannels.length;
  let x = fromFirst;
  for (let level = 0; level < levels; level++) x = downBlock(root, x, { level, skips, shared });
  x = midBlock(root.child('mid_block'), x, shared);
  for (let block = 0; block < levels; block++) x = upBlock(root, x, { block, skips, shared });
  return x;
}

/** -> [1 or n, timeEmbedDim]; one row serves the batch where there is no class. */
function embedTimestepAndClass(
  root: Scope,
  timestep: Value,
  { config, n }: { readonly config: UnetConfig; readonly n: number },
): Value {
  const [firstChannels = 0] = config.blockOutChannels;
  const sinusoid = timestepSinusoid(root.child('time_proj'), timestep, { ...config, width: firstChannels });
  const time = timestepEmbedding(root.child('time_embedding'), sinusoid, {
    from: firstChannels,
    to: config.timeEmbedDim,
  });
  if (config.classEmbedDim === null) return time;
  const classLabels = root.builder.input('class_labels', 'float32', [n, config.classEmbedDim]);
  const from = config.classEmbedDim;
  return ops.add(
    root,
    time,
    timestepEmbedding(root.child('class_embedding'), classLabels, { from, to: config.timeEmbedDim }),
  );
}

/** DownBlock2D or CrossAttnDownBlock2D; every result that an up block takes goes onto `skips`. */
function downBlock(
  root: Scope,
  x: FeatureMap,
  { level, skips, shared }: { readonly level: number; readonly skips: FeatureMap[]; readonly shared: Shared },
): FeatureMap {
  const { config } = shared;
  const scope = root.child(`down_blocks.${level}`);
  let hidden = x;
  for (let layer = 0; layer < config.layersPerBlock; layer++) {
    hidden = resnetBlock(scope.child(`resnets.${layer}`), hidden, resnetOptions(shared, level));
    if (config.downBlockHasAttention[level]) {
      hidden = transformer(scope.child(`attentions.${layer}`), hidden, { level, shared });
    }
    skips.push(hidden);
  }
  if (level < config.blockOutChannels.length - 1) {
    hidden = downsample(scope.child('downsamplers.0'), hidden);
    skips.push(hidden);
  }
  scope.result(hidden.value);
  return hidden;
}

/** UNetMidBlock2DCrossAttn. */
function midBlock(scope: Scope, x: FeatureMap, shared: Shared): FeatureMap {
  const level = shared.config.blockOutChannels.length - 1;
  let hidden = resnetBlock(scope.child('resnets.0'), x, resnetOptions(shared, level));
  hidden = transformer(scope.child('attentions.0'), hidden, { level, shared });
  hidden = resnetBlock(scope.child('resnets.1'), hidden, resnetOptions(shared, level));
  scope.result(hidden.value);
  return hidden;
}

/**
 * UpBlock2D or CrossAttnUpBlock2D: one layer more than its down block, each after taking one of `skips`. The last layer of the
 * last block is left out.
 */
function upBlock(
  root: Scope,
  x: FeatureMap,
  { block, skips, shared }: { readonly block: number; readonly skips: FeatureMap[]; readonly shared: Shared },
): FeatureMap {
  const { config } = shared;
  const scope = root.child(`up_blocks.${block}`);
  const level = config.blockOutChannels.length - 1 - block;
  const layers = level === 0 ? config.layersPerBlock : config.layersPerBlock + 1;
  let hidden = x;
  for (let layer = 0; layer < layers; layer++) {
    const skip = skips.pop();
    if (skip === undefined) throw new Error('Internal error: the up blocks take more skips than the down blocks gave');
    hidden = upLayer(scope, hidden, { block, layer, skip, shared });
  }
  // With sides that do not halve evenly the next skip is one smaller than twice this; diffusers resizes to it as well.
  const nextSkip = skips.at(-1);
  if (level === 0) return hidden;
  if (nextSkip !== undefined) hidden = upsample(scope.child('upsamplers.0'), hidden, nextSkip);
  scope.result(hidden.value);
  return hidden;
}

interface UpLayer {
  readonly block: number;
  readonly layer: number;
  readonly skip: FeatureMap;
  readonly shared: Shared;
}

/** The skip is joined to what came so far; then a resnet and, in most blocks, a transformer. */
function upLayer(scope: Scope, x: FeatureMap, { block, layer, skip, shared }: UpLayer): FeatureMap {
  const { config } = shared;
  const level = config.blockOutChannels.length - 1 - block;
  const joined = { ...x, value: ops.concat(scope, [x.value, skip.value], 1), channels: x.channels + skip.channels };
  const hidden = resnetBlock(scope.child(`resnets.${layer}`), joined, resnetOptions(shared, level));
  if (!config.upBlockHasAttention[block]) return hidden;
  return transformer(scope.child(`attentions.${layer}`), hidden, { level, shared });
}

/** Transformer2DModel with one BasicTransformerBlock: self-attention, attention to the text, feed-forward. */
function transformer(
  scope: Scope,
  x: FeatureMap,
  { level, shared }: { readonly level: number; readonly shared: Shared },
): FeatureMap {
  const { config } = shared;
  const { channels } = x;
  const normed = groupNorm(scope.child('norm'), x, {
    numGroups: config.normNumGroups,
    epsilon: TRANSFORMER_NORM_EPSILON,
  });
  const projIn = scope.child('proj_in');
  let tokens = config.useLinearProjection
    ? linear(projIn, mapToTokens(scope, normed), { from: channels, to: channels })
    : mapToTokens(scope, conv2d(projIn, normed, { channels, kernel: 1 }));

  tokens = transformerBlock(scope.child('transformer_blocks.0'), tokens, { channels, level, shared });

  const projOut = scope.child('proj_out');
  const projected = config.useLinearProjection
    ? tokensToMap(scope, linear(projOut, tokens, { from: channels, to: channels }), x)
    : conv2d(projOut, tokensToMap(scope, tokens, x), { channels, kernel: 1 });
  return { ...x, value: scope.result(ops.add(scope, projected.value, x.value)) };
}

/** BasicTransformerBlock on tokens [n, h * w, channels]. */
function transformerBlock(
  scope: Scope,
  tokens: Value,
  { channels, level, shared }: { readonly channels: number; readonly level: number; readonly shared: Shared },
): Value {
  const { config, context } = shared;
  const numHeads = config.numAttentionHeads[level] ?? 1;
  const layerNormOptions = { features: channels, epsilon: LAYER_NORM_EPSILON };
  const head = { channels, numHeads, inputBias: false };

  const selfNormed = layerNorm(scope.child('norm1'), tokens, layerNormOptions);
  const self = attentionBlock(scope.child('attn1'), selfNormed, selfNormed, { ...head, contextFeatures: channels });
  const afterSelf = ops.add(scope, self, tokens);

  const crossNormed = layerNorm(scope.child('norm2'), afterSelf, layerNormOptions);
  const contextFeatures = config.crossAttentionDim;
  const cross = attentionBlock(scope.child('attn2'), crossNormed, context, { ...head, contextFeatures });
  const afterCross = ops.add(scope, cross, afterSelf);

  const normed = layerNorm(scope.child('norm3'), afterCross, layerNormOptions);
  return scope.result(ops.add(scope, feedForward(scope.child('ff'), normed, channels), afterCross));
}

/** FeedForward with GEGLU: half of the 8-fold widening is gated by GELU of the other half. */
function feedForward(scope: Scope, x: Value, channels: number): Value {
  const inner = 4 * channels;
  const wide = linear(scope.child('net.0.proj'), x, { from: channels, to: 2 * inner });
  const [value, gate] = ops.splitInHalves(scope, wide, -1);
  const gated = ops.mul(scope, value, gelu(scope, gate));
  return linear(scope.child('net.2'), gated, { from: inner, to: channels });
}

function norm(config: UnetConfig): { readonly numGroups: number; readonly epsilon: number } {
  return { numGroups: config.normNumGroups, epsilon: config.normEps };
}

function resnetOptions({ config, timeEmbedding }: Shared, level: number) {
  return { ...norm(config), channels: config.blockOutChannels[level] ?? 0, timeEmbedding };
}
