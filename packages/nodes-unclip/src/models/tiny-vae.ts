import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import type { ConfigReader } from './config-reader.js';
import { conv2d, mapSizes, scalar } from './layers.js';
import type { LatentShape } from './vae.js';
import type { ImageShape } from './vae-encoder.js';

// AutoencoderTiny (TAESD), after diffusers 0.42.1, models/autoencoders/autoencoder_tiny.py and vae.py.

export interface TinyVaeConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  /** From full resolution to the smallest maps. */
  readonly encoder: readonly TinyLevel[];
  /** From the smallest maps to full resolution. */
  readonly decoder: readonly TinyLevel[];
  readonly scalingFactor: number;
}

interface TinyLevel {
  readonly channels: number;
  readonly blocks: number;
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readTinyVaeConfig(reader: ConfigReader): TinyVaeConfig {
  reader.unused('act_fn', 'relu');
  reader.unused('upsample_fn', 'nearest');
  reader.unused('upsampling_scaling_factor', 2);
  reader.unused('shift_factor', 0);
  const encoder = readLevels(reader, 'encoder_block_out_channels', 'num_encoder_blocks');
  const decoder = readLevels(reader, 'decoder_block_out_channels', 'num_decoder_blocks');
  reader.require(
    encoder.length === decoder.length,
    '"decoder_block_out_channels": expected as many numbers as "encoder_block_out_channels" has',
  );
  return reader.finish({
    ...{ encoder, decoder },
    inChannels: reader.positiveInteger('in_channels', 3),
    outChannels: reader.positiveInteger('out_channels', 3),
    latentChannels: reader.positiveInteger('latent_channels', 4),
    scalingFactor: reader.positiveNumber('scaling_factor', 1),
  });
}

function readLevels(reader: ConfigReader, channelsKey: string, blocksKey: string): readonly TinyLevel[] {
  const channels = reader.positiveIntegers(channelsKey);
  const blocks = reader.positiveIntegerPerLevel(blocksKey, channels.length);
  return channels.map((count, level) => ({ channels: count, blocks: blocks[level] as number })); // One a level.
}

/**
 * Input: `latent` float32 [n, latentChannels, h, w], times the scaling factor.
 * Output: `image` float32 [n, outChannels, H, W], RGB in about -1..1, not clamped; H = h * 2^(levels - 1).
 */
export function buildTinyVaeDecoder(builder: GraphBuilder, config: TinyVaeConfig, { n, h, w }: LatentShape): void {
  const root = builder.root();
  const scope = root.child('decoder');
  const latent = builder.input('latent', 'float32', [n, config.latentChannels, h, w]);
  const unscaled = ops.div(root, latent, scalar(root, config.scalingFactor));
  const third = ops.tanh(scope, ops.div(scope, unscaled, scalar(scope, 3)));
  let x = ops.mul(scope, third, scalar(scope, 3));

  const layers = new Layers(scope);
  x = conv2d(layers.next(), x, { channels: config.decoder[0]?.channels ?? 0, kernel: 3 });
  x = ops.relu(layers.next(), x);
  config.decoder.forEach(({ channels, blocks }, level) => {
    const isLast = level === config.decoder.length - 1;
    for (let block = 0; block < blocks; block++) x = tinyBlock(layers.next(), x, channels);
    if (!isLast) x = ops.resizeNearest(layers.next(), x, { scale: 2 });
    x = conv2d(layers.next(), x, { channels: isLast ? config.outChannels : channels, kernel: 3, bias: isLast });
  });
  const image = ops.add(scope, ops.mul(scope, x, scalar(scope, 2)), scalar(scope, -1));
  const pixelsPerCell = 2 ** (config.decoder.length - 1);
  builder.output('image', image, [n, config.outChannels, h * pixelsPerCell, w * pixelsPerCell]);
}

/**
 * Input: `pixels` float32 [n, inChannels, H, W], RGB in -1..1. Each level halves a side, rounding up.
 * Output: `moments` float32 [n, latentChannels, h, w]: the latents themselves, not scaled; there is no variance.
 */
export function buildTinyVaeEncoder(builder: GraphBuilder, config: TinyVaeConfig, shape: ImageShape): void {
  const { n, heightPx, widthPx } = shape;
  const scope = builder.root().child('encoder');
  const pixels = builder.input('pixels', 'float32', [n, config.inChannels, heightPx, widthPx]);
  let x = ops.div(scope, ops.add(scope, pixels, scalar(scope, 1)), scalar(scope, 2));
  const layers = new Layers(scope);
  config.encoder.forEach(({ channels, blocks }, level) => {
    x = level === 0 ? conv2d(layers.next(), x, { channels, kernel: 3 }) : halve(layers.next(), x, channels);
    for (let block = 0; block < blocks; block++) x = tinyBlock(layers.next(), x, channels);
  });
  x = conv2d(layers.next(), x, { channels: config.latentChannels, kernel: 3 });
  builder.output('moments', x);
}

/** Latents as values of 0..1, as TAESD's makers keep them in images of 8 bits. `config.json` has the two numbers. */
export function scaleLatents(latents: Float32Array, { magnitude, shift }: LatentScale): Float32Array {
  return latents.map((value) => Math.min(Math.max(Math.fround(value / (2 * magnitude)) + shift, 0), 1));
}

/** The opposite of {@link scaleLatents}. */
export function unscaleLatents(scaled: Float32Array, { magnitude, shift }: LatentScale): Float32Array {
  return scaled.map((value) => Math.fround(value - shift) * (2 * magnitude));
}

interface LatentScale {
  /** `latent_magnitude` */
  readonly magnitude: number;
  /** `latent_shift` */
  readonly shift: number;
}

/** Numbers the layers of one nn.Sequential. */
class Layers {
  readonly #scope: Scope;
  #count = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  next(): Scope {
    return this.#scope.child(`layers.${this.#count++}`);
  }
}

/**
 * AutoencoderTinyBlock: three convolutions in parallel to the input, or to a convolution of it if the width changes.
 */
function tinyBlock(scope: Scope, x: Value, channels: number): Value {
  let hidden = ops.relu(scope, conv2d(scope.child('conv.0'), x, { channels, kernel: 3 }));
  hidden = ops.relu(scope, conv2d(scope.child('conv.2'), hidden, { channels, kernel: 3 }));
  hidden = conv2d(scope.child('conv.4'), hidden, { channels, kernel: 3 });
  const isSameWidth = mapSizes(scope, x).channels === channels;
  const skip = isSameWidth ? x : conv2d(scope.child('skip'), x, { channels, kernel: 1, bias: false });
  return scope.result(ops.relu(scope, ops.add(scope, hidden, skip)));
}

/** A convolution without bias that halves the sides, rounding up. */
function halve(scope: Scope, x: Value, channels: number): Value {
  const weight = scope.weight('weight', [channels, mapSizes(scope, x).channels, 3, 3]);
  return scope.result(ops.conv(scope, [x, weight], { kernel: 3, stride: 2, padding: 1 }));
}
