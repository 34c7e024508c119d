import type { Scope } from '../../onnx/graph-builder.js';
import type { Value } from '../../onnx/value.js';
import { downsample, resnetBlock } from '../blocks.js';
import { mapSizes } from '../layers.js';
import { timestepEmbedding, timestepSinusoid } from '../timestep-embedding.js';
import type { DownPathConfig, Level } from './config.js';
import type { ImageAttentions } from './image-attention.js';
import { transformer } from './transformer.js';

// The common parts of a UNet and a ControlNet: the timestep, the blocks of the down path and the middle block.

/** The sizes a UNet graph is built for: batch, latent height and width in cells, text tokens. */
export interface UnetShape {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly t: number;
}

/** What every block of one network shares. */
export interface Shared {
  readonly config: DownPathConfig;
  readonly timeEmbedding: { readonly activated: Value; readonly features: number };
  /** Text states [n, t, crossAttentionDim]. */
  readonly context: Value;
  /** What IP-Adapters show to the cross attentions; nothing when left out. */
  readonly imageAttentions?: ImageAttentions;
}

/** -> [1, timeEmbedDim] */
export function embedTimestep(root: Scope, timestep: Value, config: DownPathConfig): Value {
  const { channels } = config.levels[0];
  const sinusoid = timestepSinusoid(root.child('time_proj'), timestep, { ...config, width: channels });
  return timestepEmbedding(root.child('time_embedding'), sinusoid, { from: channels, to: config.timeEmbedDim });
}

export interface DownPath {
  /** The output of the first convolution, then of each layer and downsampler, from the outermost on. */
  readonly skips: Value[];
  readonly middle: Value;
}

/** All blocks down to the middle one, steps 3 and 4 of the UNet. @param first after the first convolution */
export function downPath(root: Scope, first: Value, shared: Shared): DownPath {
  const { levels } = shared.config;
  const skips: Value[] = [first];
  let x = first;
  for (const [index, level] of levels.entries()) {
    const isDeepest = index === levels.length - 1;
    x = downBlock(root.child(`down_blocks.${index}`), x, { level, isDeepest, skips, shared });
  }
  return { skips, middle: midBlock(root.child('mid_block'), x, shared) };
}

/** What a ControlNet adds to the results of a down path: the dims of `skips`, followed by those of the middle block. */
export function residualDims(
  { levels }: Pick<DownPathConfig, 'levels'>,
  { n, h, w }: Omit<UnetShape, 't'>,
): readonly (readonly number[])[] {
  const dims: number[][] = [[n, levels[0].channels, h, w]];
  let [height, width] = [h, w];
  for (const [index, { channels, layers }] of levels.entries()) {
    for (let layer = 0; layer < layers; layer++) dims.push([n, channels, height, width]);
    if (index === levels.length - 1) break;
    [height, width] = [Math.ceil(height / 2), Math.ceil(width / 2)];
    dims.push([n, channels, height, width]);
  }
  return [...dims, dims.at(-1) ?? []];
}

/** The names of what a control net gives out and the UNet takes in, in the order of {@link residualDims}. */
export function residualNames(config: Pick<DownPathConfig, 'levels'>): readonly string[] {
  const skips = residualDims(config, { n: 1, h: 1, w: 1 }).length - 1;
  return [...Array.from({ length: skips }, (_, i) => `down_residual.${i}`), 'mid_residual'];
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

export interface Layer {
  readonly level: Level;
  readonly layer: number;
  readonly shared: Shared;
}

/** A resnet and, at most levels, a transformer. */
export function layerOf(scope: Scope, x: Value, { level, layer, shared }: Layer): Value {
  const hidden = resnetBlock(scope.child(`resnets.${layer}`), x, resnetOptions(shared, level.channels));
  if (level.attention === null) return hidden;
  return transformer(scope.child(`attentions.${layer}`), hidden, { ...level.attention, ...shared });
}

export function norm(config: DownPathConfig): { readonly numGroups: number; readonly epsilon: number } {
  return { numGroups: config.normNumGroups, epsilon: config.normEps };
}

function resnetOptions({ config, timeEmbedding }: Shared, channels: number) {
  return { ...norm(config), channels, timeEmbedding };
}
