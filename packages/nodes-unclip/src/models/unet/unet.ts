import type { GraphBuilder, Scope } from '../../onnx/graph-builder.js';
import * as ops from '../../onnx/ops.js';
import type { Value } from '../../onnx/value.js';
import { upsample } from '../blocks.js';
import { conv2d, embedding, gelu, groupNorm, mapSizes, silu } from '../layers.js';
import { timestepEmbedding } from '../timestep-embedding.js';
import type { Level, UnetConfig } from './config.js';
import { downPath, embedTimestep, type Layer, layerOf, norm, type Shared, type UnetShape } from './down-path.js';
import { imageAttentions } from './image-attention.js';

/**
 * `whole`: all of it. `keeping`: all of it, and what the deep layers made as a second output, `deep`. `shallow`: the layers
 * nearest the image alone, which take `deep` of an earlier timestep instead of computing it.
 *
 * Deep features change little from step to step: https://arxiv.org/abs/2312.00858, with the branch after the first skip.
 */
export type UnetPart = 'whole' | 'keeping' | 'shallow';

export interface UnetBuildOptions {
  /** `whole` when left out. */
  readonly part?: UnetPart;
  /** How many image prompts of IP-Adapters there are inputs for, see {@link imageAttentions}; none when left out. */
  readonly imagePrompts?: number;
  /** What a control net gives out is added to the skips and the middle; there are inputs for it, see `residualNames`. */
  readonly takesControl?: boolean;
}

interface DeepLayers extends Shared {
  addResidual(to: Value, name: string): Value;
}

/**
 * UNet2DConditionModel, after diffusers 0.42.1, models/unets/unet_2d_condition.py.
 *
 * Inputs: `sample` [n, inChannels, h, w], `timestep` [1] (fractions count), `encoder_hidden_states`
 * [n, t, crossAttentionDim] and, unless the config has no class embedding, `class_labels` [n, classEmbedDim].
 * Output: `out_sample` [n, outChannels, h, w]. All float32. For `deep`, [n, channels of the first level, h, w], see {@link UnetPart}.
 * In formulations with time apart the inputs `timestep` and `class_labels` are those of the builder's prelude.
 */
export function buildUnet(
  builder: GraphBuilder,
  config: UnetConfig,
  shape: UnetShape,
  { part = 'whole', imagePrompts = 0, takesControl = false }: UnetBuildOptions = {},
): void {
  const { n, h, w, t } = shape;
  const { levels } = config;
  const root = builder.root();
  const sample = builder.input('sample', 'float32', [n, config.inChannels, h, w]);
  const before = builder.formulation.timeApart ? builder.prelude() : builder;
  const timestep = before.exactInput('timestep', 'float32', [1]);
  const context = builder.input('encoder_hidden_states', 'float32', [n, t, config.crossAttentionDim]);

  // 0, 1: timestep and class
  const embedded = embedTimestepAndClass(before.root(), timestep, { config, n });
  const time = silu(before.root(), activated(before.root(), embedded, config));
  const timeEmbedding = { activated: handOver(time, before, builder), features: config.timeEmbedDim };
  const images = imagePrompts > 0 && { imageAttentions: imageAttentions(builder, config, { n, count: imagePrompts }) };
  const shared: Shared = { config, timeEmbedding, context, ...images };

  const addResidual = (to: Value, name: string) =>
    takesControl ? ops.add(root, to, builder.input(name, 'float32', to.dims)) : to;

  // 2: the first convolution
  const { channels } = levels[0];
  const first = conv2d(root.child('conv_in'), sample, { channels, kernel: 3 });

  // 3 to 5, but for the last layer of 5
  let x = first;
  if (part === 'shallow') {
    x = builder.input('deep', 'float32', [n, channels, h, w]);
  } else {
    x = deepLayers(root, first, { ...shared, addResidual });
    if (part === 'keeping') builder.output('deep', x, [n, channels, h, w]);
  }
  const lastBlock = root.child(`up_blocks.${levels.length - 1}`);
  const skip = addResidual(first, 'down_residual.0');
  x = upLayer(lastBlock, x, { level: levels[0], layer: levels[0].layers, skip, shared });
  lastBlock.result(x);

  // 6: out
  x = groupNorm(root.child('conv_norm_out'), x, norm(config));
  x = silu(root, x);
  x = conv2d(root.child('conv_out'), x, { channels: config.outChannels, kernel: 3 });
  builder.output('out_sample', x, [n, config.outChannels, h, w]);
}

/** A value of one graph in another that runs after it; the same if both are one. */
function handOver(value: Value, from: GraphBuilder, to: GraphBuilder): Value {
  if (from === to) return value;
  from.output(TIME, value, value.dims);
  return to.input(TIME, 'float32', value.dims);
}

const TIME = 'time';

/** -> [1 or n, timeEmbedDim]; one row is enough for the batch if there is no class. */
function embedTimestepAndClass(
  root: Scope,
  timestep: Value,
  { config, n }: { readonly config: UnetConfig; readonly n: number },
): Value {
  const to = config.timeEmbedDim;
  const time = embedTimestep(root, timestep, config);
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

/** Everything between the first convolution and the last layer of the last up block: steps 3 to 5. */
function deepLayers(root: Scope, first: Value, { addResidual, ...shared }: DeepLayers): Value {
  const { levels } = shared.config;
  const path = downPath(root, first, shared);
  const skips = path.skips.map((skip, i) => (i === 0 ? skip : addResidual(skip, `down_residual.${i}`)));
  let x = addResidual(path.middle, 'mid_residual');
  for (const [block, level] of levels.toReversed().entries()) {
    const isOutermost = block === levels.length - 1;
    x = upBlock(root.child(`up_blocks.${block}`), x, { level, isOutermost, skips, shared });
  }
  return x;
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

/** The skip is joined to what came so far, and then goes through the layer. */
function upLayer(scope: Scope, x: Value, { skip, ...layer }: Layer & { readonly skip: Value }): Value {
  return layerOf(scope, ops.concat(scope, [x, skip], 1), layer);
}

function activated(scope: Scope, embedded: Value, { timeEmbeddingAct }: UnetConfig): Value {
  if (timeEmbeddingAct === null) return embedded;
  return timeEmbeddingAct === 'gelu' ? gelu(scope, embedded) : silu(scope, embedded);
}
