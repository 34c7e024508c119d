import type { GraphBuilder, Scope } from '../../onnx/graph-builder.js';
import * as ops from '../../onnx/ops.js';
import type { Value } from '../../onnx/value.js';
import { downsample, resnetBlock, upsample } from '../blocks.js';
import { conv2d, embedding, gelu, groupNorm, mapSizes, silu } from '../layers.js';
import { timestepEmbedding, timestepSinusoid } from '../timestep-embedding.js';
import type { Level, UnetConfig } from './config.js';
import { type ImageAttentions, imageAttentions } from './image-attention.js';
import { transformer } from './transformer.js';

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

export interface UnetBuildOptions {
  /** `whole` when left out. */
  readonly part?: UnetPart;
  /** How many image prompts of IP-Adapters there are inputs for, see {@link imageAttentions}; none when left out. */
  readonly imagePrompts?: number;
}

/** What every block of one UNet shares. */
interface Shared {
  readonly config: UnetConfig;
  readonly timeEmbedding: { readonly activated: Value; readonly features: number };
  /** Text states [n, t, crossAttentionDim]. */
  readonly context: Value;
  /** What IP-Adapters show to the cross attentions; nothing when left out. */
  readonly imageAttentions?: ImageAttentions;
}

/**
 * UNet2DConditionModel, after diffusers 0.42.1, models/unets/unet_2d_condition.py.
 *
 * Inputs: `sample` [n, inChannels, h, w], `timestep` [1] (fractions count), `encoder_hidden_states`
 * [n, t, crossAttentionDim] and, unless the config has no class embedding, `class_labels` [n, classEmbedDim].
 * Output: `out_sample` [n, outChannels, h, w]. All float32. For `deep`, [n, channels of the first level, h, w], see {@link UnetPart}.
 */
export function buildUnet(
  builder: GraphBuilder,
  config: UnetConfig,
  shape: UnetShape,
  { part = 'whole', imagePrompts = 0 }: UnetBuildOptions = {},
): void {
  const { n, h, w, t } = shape;
  const { levels } = config;
  const root = builder.root();
  const sample = builder.input('sample', 'float32', [n, config.inChannels, h, w]);
  const timestep = builder.exactInput('timestep', 'float32', [1]);
  const context = builder.input('encoder_hidden_states', 'float32', [n, t, config.crossAttentionDim]);

  // 0, 1: timestep and class
  const embedded = embedTimestepAndClass(root, timestep, { config, n });
  const timeEmbedding = { activated: silu(root, activated(root, embedded, config)), features: config.timeEmbedDim };
  const images = imagePrompts > 0 && { imageAttentions: imageAttentions(builder, config, { n, count: imagePrompts }) };
  const shared: Shared = { config, timeEmbedding, context, ...images };

  // 2: the first convolution
  const { channels } = levels[0];
  const first = conv2d(root.child('conv_in'), sample, { channels, kernel: 3 });

  // 3 to 5, but for the last layer of 5
  let x = first;
  if (part === 'shallow') {
    x = builder.input('deep', 'float32', [n, channels, h, w]);
  } else {
    x = deepLayers(root, first, shared);
    if (part === 'keeping') builder.output('deep', x, [n, channels, h, w]);
  }
  const lastBlock = root.child(`up_blocks.${levels.length - 1}`);
  x = upLayer(lastBlock, x, { level: levels[0], layer: levels[0].layers, skip: first, shared });
  lastBlock.result(x);

  // 6: out
  x = groupNorm(root.child('conv_norm_out'), x, norm(config));
  x = silu(root, x);
  x = conv2d(root.child('conv_out'), x, { channels: config.outChannels, kernel: 3 });
  builder.output('out_sample', x, [n, config.outChannels, h, w]);
}

/** All that lies between the first convolution and the last layer of the last up block: steps 3 to 5. */
function deepLayers(root: Scope, first: Value, shared: Shared): Value {
  const { levels } = shared.config;
  const skips: Value[] = [first];
  let x = first;
  for (const [index, level] of levels.entries()) {
    const isDeepest = index === levels.length - 1;
    x = downBlock(root.child(`down_blocks.${index}`), x, { level, isDeepest, skips, shared });
  }
  x = midBlock(root.child('mid_block'), x, shared);
  for (const [block, level] of levels.toReversed().entries()) {
    const isOutermost = block === levels.length - 1;
    x = upBlock(root.child(`up_blocks.${block}`), x, { level, isOutermost, skips, shared });
  }
  return x;
}

/** -> [1 or n, timeEmbedDim]; one row serves the batch where there is no class. */
function embedTimestepAndClass(
  root: Scope,
  timestep: Value,
  { config, n }: { readonly config: UnetConfig; readonly n: number },
): Value {
  const { channels } = config.levels[0];
  const to = config.timeEmbedDim;
  const sinusoid = timestepSinusoid(root.child('time_proj'), timestep, { ...config, width: channels });
  const time = timestepEmbedding(root.child('time_embedding'), sinusoid, { from: channels, to });
  if (config.classCount !== undefined) {
    const ids = ops.cast(root, root.builder.exactInput('class_labels', 'float32', [n]), 'int64');
    const table = { rows: config.classCount, features: to };
    return ops.add(root, time, embedding(root.child('class_embedding'), ids, table));
  }
  if (config.classEmbedDim === null) return time;
  const classLabels = root.builder.input('class_labels', 'float32', [n, config.classEmbedDim]);
  const from = config.classEmbedDim;
  return ops.add(root, time, timestepEmbedding(root.child('class_embedding'), classLabels, { from, to }));
}

interface DownBlock {
  readonly level: Level;
  readonly isDeepest: boolean;
  /** Every result that an up block takes goes onto it. */
  readonly skips: Value[];
  readonly shared: Shared;
}

/** DownBlock2D or CrossAttnDownBlock2D. */
function downBlock(scope: Scope, x: Value, { level, isDeepest, skips, shared }: DownBlock): Value {
  let hidden = x;
  for (let layer = 0; layer < level.layers; layer++) {
    hidden = layerOf(scope, hidden, { level, layer, shared });
    skips.push(hidden);
  }
  if (!isDeepest) {
    hidden = downsample(scope.child('downsamplers.0'), hidden);
    skips.push(hidden);
  }
  return scope.result(hidden);
}

/** UNetMidBlock2DCrossAttn. */
function midBlock(scope: Scope, x: Value, shared: Shared): Value {
  const { channels } = mapSizes(scope, x);
  let hidden = resnetBlock(scope.child('resnets.0'), x, resnetOptions(shared, channels));
  hidden = transformer(scope.child('attentions.0'), hidden, { ...shared.config.middle, ...shared });
  hidden = resnetBlock(scope.child('resnets.1'), hidden, resnetOptions(shared, channels));
  return scope.result(hidden);
}

interface UpBlock {
  readonly level: Level;
  readonly isOutermost: boolean;
  readonly skips: Value[];
  readonly shared: Shared;
}

/**
 * UpBlock2D or CrossAttnUpBlock2D: one layer more than its down block, each after taking one of `skips`. The last layer of the
 * last block is left out.
 */
function upBlock(scope: Scope, x: Value, { level, isOutermost, skips, shared }: UpBlock): Value {
  const layers = isOutermost ? level.layers : level.layers + 1;
  let hidden = x;
  for (let layer = 0; layer < layers; layer++) {
    const skip = skips.pop();
    if (skip === undefined) throw new Error('Internal error: the up blocks take more skips than the down blocks gave');
    hidden = upLayer(scope, hidden, { level, layer, skip, shared });
  }
  if (isOutermost) return hidden;
  // With sides that do not halve evenly the next skip is one smaller than twice this; diffusers resizes to it as well.
  const nextSkip = skips.at(-1);
  if (nextSkip !== undefined) hidden = upsample(scope.child('upsamplers.0'), hidden, mapSizes(scope, nextSkip));
  return scope.result(hidden);
}

interface Layer {
  readonly level: Level;
  readonly layer: number;
  readonly shared: Shared;
}

/** The skip is joined to what came so far, and then goes through the layer. */
function upLayer(scope: Scope, x: Value, { skip, ...layer }: Layer & { readonly skip: Value }): Value {
  return layerOf(scope, ops.concat(scope, [x, skip], 1), layer);
}

/** A resnet and, at most levels, a transformer. */
function layerOf(scope: Scope, x: Value, { level, layer, shared }: Layer): Value {
  const hidden = resnetBlock(scope.child(`resnets.${layer}`), x, resnetOptions(shared, level.channels));
  if (level.attention === null) return hidden;
  return transformer(scope.child(`attentions.${layer}`), hidden, { ...level.attention, ...shared });
}

function norm(config: UnetConfig): { readonly numGroups: number; readonly epsilon: number } {
  return { numGroups: config.normNumGroups, epsilon: config.normEps };
}

function resnetOptions({ config, timeEmbedding }: Shared, channels: number) {
  return { ...norm(config), channels, timeEmbedding };
}

function activated(scope: Scope, embedded: Value, { timeEmbeddingAct }: UnetConfig): Value {
  if (timeEmbeddingAct === null) return embedded;
  return timeEmbeddingAct === 'gelu' ? gelu(scope, embedded) : silu(scope, embedded);
}
