import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import type { Value } from '../onnx/value.js';
import { downsampleAsymmetric, resnetBlock } from './blocks.js';
import type { VaeConfig } from './configs.js';
import { conv2d, groupNorm, silu } from './layers.js';
import { vaeMidBlock, vaeNorm } from './vae-blocks.js';

/** The sizes an encoder graph is built for: batch, image height and width in pixels. */
export interface ImageShape {
  readonly n: number;
  readonly heightPx: number;
  readonly widthPx: number;
}

/**
 * The encoding half of AutoencoderKL, after diffusers 0.42.1, models/autoencoders/autoencoder_kl.py and vae.py.
 *
 * Input: `pixels` float32 [n, inChannels, H, W], RGB in -1..1. Each level halves a side, rounding down.
 * Output: `moments` float32 [n, 2 * latentChannels, h, w]: means, then logarithms of variances; not scaled.
 */
export function buildVaeEncoder(builder: GraphBuilder, config: VaeConfig, shape: ImageShape): void {
  const { n, heightPx: h, widthPx: w } = shape;
  const root = builder.root();
  const pixels = builder.input('pixels', 'float32', [n, config.inChannels, h, w]);
  const channels = 2 * config.latentChannels;
  let x = encoder(root.child('encoder'), pixels, config);
  if (config.useQuantConv) x = conv2d(root.child('quant_conv'), x, { channels, kernel: 1 });
  const halvings = config.blockOutChannels.length - 1;
  builder.output('moments', x, [n, channels, h >> halvings, w >> halvings]);
}

/** Encoder: from full resolution down, then the mid block. */
function encoder(scope: Scope, pixels: Value, config: VaeConfig): Value {
  const [outermost = 0] = config.blockOutChannels;
  let x = conv2d(scope.child('conv_in'), pixels, { channels: outermost, kernel: 3 });
  config.blockOutChannels.forEach((channels, block) => {
    const isLast = block === config.blockOutChannels.length - 1;
    x = downBlock(scope.child(`down_blocks.${block}`), x, { channels, isLast, config });
  });
  x = vaeMidBlock(scope.child('mid_block'), x, config);
  x = groupNorm(scope.child('conv_norm_out'), x, vaeNorm(config));
  x = silu(scope, x);
  return conv2d(scope.child('conv_out'), x, { channels: 2 * config.latentChannels, kernel: 3 });
}

/** DownEncoderBlock2D: resnets, then half the size. */
function downBlock(
  scope: Scope,
  x: Value,
  { channels, isLast, config }: { readonly channels: number; readonly isLast: boolean; readonly config: VaeConfig },
): Value {
  let hidden = x;
  for (let layer = 0; layer < config.layersPerBlock; layer++) {
    const options = { ...vaeNorm(config), channels, timeEmbedding: null };
    hidden = resnetBlock(scope.child(`resnets.${layer}`), hidden, options);
  }
  if (!isLast) hidden = downsampleAsymmetric(scope.child('downsamplers.0'), hidden);
  return scope.result(hidden);
}
