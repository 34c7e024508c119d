import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { resnetBlock, upsample } from './blocks.js';
import type { VaeConfig } from './configs.js';
import { conv2d, groupNorm, mapSizes, scalar, silu } from './layers.js';
import { vaeMidBlock, vaeNorm } from './vae-blocks.js';

/** The sizes a VAE graph is built for: batch, latent height and width in cells. */
export interface LatentShape {
  readonly n: number;
  readonly h: number;
  readonly w: number;
}

/**
 * The decoding half of AutoencoderKL, after diffusers 0.42.1, models/autoencoders/autoencoder_kl.py and vae.py.
 *
 * Input: `latent` float32 [n, latentChannels, h, w], times the scaling factor as the UNet knows it.
 * Output: `image` float32 [n, outChannels, H, W], RGB in about -1..1, not clamped; H = h * 2^(levels - 1).
 */
export function buildVaeDecoder(builder: GraphBuilder, config: VaeConfig, { n, h, w }: LatentShape): void {
  const root = builder.root();
  const latent = builder.input('latent', 'float32', [n, config.latentChannels, h, w]);
  // A division as diffusers does: multiplying with the rounded reciprocal gives other last bits.
  const unscaled = ops.div(root, latent, scalar(root, config.scalingFactor));
  let x = unscaled;
  if (config.usePostQuantConv) {
    x = conv2d(root.child('post_quant_conv'), x, { channels: config.latentChannels, kernel: 1 });
  }
  x = decoder(root.child('decoder'), x, config);
  const pixelsPerCell = 2 ** (config.blockOutChannels.length - 1);
  builder.output('image', x, [n, config.outChannels, h * pixelsPerCell, w * pixelsPerCell]);
}

/** Decoder: mid block, then from the deepest level up. */
function decoder(scope: Scope, latent: Value, config: VaeConfig): Value {
  const channelsUp = config.blockOutChannels.toReversed();
  const [deepest = 0] = channelsUp;
  let x = conv2d(scope.child('conv_in'), latent, { channels: deepest, kernel: 3 });
  x = vaeMidBlock(scope.child('mid_block'), x, config);
  channelsUp.forEach((channels, block) => {
    const isLast = block === channelsUp.length - 1;
    x = upBlock(scope.child(`up_blocks.${block}`), x, { channels, isLast, config });
  });
  x = groupNorm(scope.child('conv_norm_out'), x, vaeNorm(config));
  x = silu(scope, x);
  return conv2d(scope.child('conv_out'), x, { channels: config.outChannels, kernel: 3 });
}

/** UpDecoderBlock2D: one resnet more than the encoder's block has, then twice the size. */
function upBlock(
  scope: Scope,
  x: Value,
  { channels, isLast, config }: { readonly channels: number; readonly isLast: boolean; readonly config: VaeConfig },
): Value {
  let hidden = x;
  for (let layer = 0; layer <= config.layersPerBlock; layer++) {
    const options = { ...vaeNorm(config), channels, timeEmbedding: null };
    hidden = resnetBlock(scope.child(`resnets.${layer}`), hidden, options);
  }
  if (!isLast) {
    const { h, w } = mapSizes(scope, hidden);
    hidden = upsample(scope.child('upsamplers.0'), hidden, { h: 2 * h, w: 2 * w });
  }
  return scope.result(hidden);
}
