import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import type { ConfigReader } from './config-reader.js';
import { conv2d, scalar } from './layers.js';

// The generator of ESRGAN (https://arxiv.org/abs/1809.00219) and Real-ESRGAN (https://arxiv.org/abs/2107.10833), after
// XPixelGroup/BasicSR 1.4.2, basicsr/archs/rrdbnet_arch.py, and its names.

export interface RrdbNetConfig {
  /** 3 times the pixels at one position of its input. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly features: number;
  /** Features that each layer of a dense block adds. */
  readonly growth: number;
  readonly blocks: number;
  /** Each doubles both sides. */
  readonly upsamplings: number;
}

const LEAKY_SLOPE = 0.2;
const RESIDUAL_SCALE = 0.2;
const DENSE_BLOCKS = 3;
const DENSE_LAYERS = 5;

/** @throws CheckpointError naming each key that is missing or broken */
export function readRrdbNetConfig(reader: ConfigReader): RrdbNetConfig {
  const inChannels = reader.positiveInteger('in_channels');
  reader.require(
    [3, 12, 48].includes(inChannels),
    '"in_channels": expected 3, or 12 or 48 of pixels that lie together',
  );
  const outChannels = reader.positiveInteger('out_channels');
  reader.require(outChannels === 3, '"out_channels": expected 3, of RGB');
  const upsamplings = reader.number('upsamplings', 0);
  reader.require([0, 1, 2, 3, 4].includes(upsamplings), '"upsamplings": expected 0 to 4');
  reader.require(2 ** upsamplings >= unshuffleOf(inChannels), '"upsamplings": fewer than its input was reduced by');
  return reader.finish({
    ...{ inChannels, outChannels, upsamplings },
    features: reader.positiveInteger('features'),
    growth: reader.positiveInteger('growth'),
    blocks: reader.positiveInteger('blocks'),
  });
}

/** Sides of the square of pixels at one position of the input. */
export function unshuffleOf(inChannels: number): number {
  return Math.sqrt(inChannels / 3);
}

/** How many times as wide and as high the image becomes. */
export function scaleOf({ inChannels, upsamplings }: Pick<RrdbNetConfig, 'inChannels' | 'upsamplings'>): number {
  return 2 ** upsamplings / unshuffleOf(inChannels);
}

/** Input: `pixels` float32 [1, inChannels, h, w], 0..1. Output: `image` [1, 3, h 2^upsamplings, w 2^upsamplings], not clamped. */
export function buildRrdbNet(
  builder: GraphBuilder,
  config: RrdbNetConfig,
  { h, w }: { readonly h: number; readonly w: number },
): void {
  const { features, outChannels, upsamplings } = config;
  const root = builder.root();
  const convolve = (name: string, x: Value, channels = features) =>
    conv2d(root.child(name), x, { channels, kernel: 3 });
  const first = convolve('conv_first', builder.input('pixels', 'float32', [1, config.inChannels, h, w]));
  let body = first;
  for (let block = 0; block < config.blocks; block++) body = residualBlock(root.child(`body.${block}`), body, config);
  let x = root.child('trunk').result(ops.add(root, first, convolve('conv_body', body)));
  for (let i = 1; i <= upsamplings; i++) {
    const doubled = ops.resizeNearest(root.child(`conv_up${i}`), x, { scale: 2 });
    x = ops.leakyRelu(root, convolve(`conv_up${i}`, doubled), LEAKY_SLOPE);
  }
  x = ops.leakyRelu(root, convolve('conv_hr', x), LEAKY_SLOPE);
  const image = convolve('conv_last', x, outChannels);
  builder.output('image', image, [1, outChannels, h * 2 ** upsamplings, w * 2 ** upsamplings]);
}

/** RRDB: three dense blocks, and the input. */
function residualBlock(scope: Scope, x: Value, config: RrdbNetConfig): Value {
  let hidden = x;
  for (let i = 1; i <= DENSE_BLOCKS; i++) hidden = denseBlock(scope.child(`rdb${i}`), hidden, config);
  return scope.result(addScaled(scope, x, hidden));
}

/** ResidualDenseBlock: each layer sees what all before it gave. */
function denseBlock(scope: Scope, x: Value, { features, growth }: RrdbNetConfig): Value {
  const known = [x];
  for (let layer = 1; layer < DENSE_LAYERS; layer++) {
    const joined = known.length === 1 ? x : ops.concat(scope, known, 1);
    const grown = conv2d(scope.child(`conv${layer}`), joined, { channels: growth, kernel: 3 });
    known.push(ops.leakyRelu(scope, grown, LEAKY_SLOPE));
  }
  const last = conv2d(scope.child(`conv${DENSE_LAYERS}`), ops.concat(scope, known, 1), {
    channels: features,
    kernel: 3,
  });
  return addScaled(scope, x, last);
}

function addScaled(scope: Scope, x: Value, residual: Value): Value {
  return ops.add(scope, x, ops.mul(scope, residual, scalar(scope, RESIDUAL_SCALE)));
}
