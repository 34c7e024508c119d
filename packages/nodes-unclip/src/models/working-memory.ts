import type { VaeConfig } from './configs.js';
import type { RrdbNetConfig } from './rrdbnet.js';
import type { ControlNetConfig, UnetConfig } from './unet/config.js';
import { hintPixelsPerCell } from './unet/controlnet.js';
import type { UnetShape } from './unet/down-path.js';
import type { LatentShape } from './vae.js';
import type { ImageShape } from './vae-encoder.js';

// Working memory of a run in addition to the weights, estimated. Measured with the sizes of SD 2.1 and ONNX Runtime
// 1.30 on the CPU: UNet of batch 2 at 32 x 32 cells 166 MB; VAE decoder at 32 x 32 cells 287 MB, at 64 x 64 894 MB;
// towers 60 to 120 MB.

const FLOAT_BYTES = 4;
const OTHERS_BYTES = 64 * 2 ** 20;

/**
 * The maps that are in memory at once come to about 64 times the outermost one, or 32 where the sizes of large ones are known at run
 * time only, see `FinishOptions`.
 */
export function unetWorkingBytes(
  { levels }: UnetConfig,
  { n, h, w }: UnetShape,
  { sizesAtRunTime = false }: { readonly sizesAtRunTime?: boolean } = {},
): number {
  return OTHERS_BYTES + FLOAT_BYTES * (sizesAtRunTime ? 32 : 64) * levels[0].channels * n * h * w;
}

/** The maps that are alive at once, and two of the control image at full size. */
export function controlNetWorkingBytes(config: ControlNetConfig, { n, h, w }: UnetShape): number {
  const [{ channels }] = config.levels;
  const hint = 2 * config.hintChannels[0] * hintPixelsPerCell(config) ** 2;
  return OTHERS_BYTES + FLOAT_BYTES * (32 * channels + hint) * n * h * w;
}

/** The first resnet at full size sees as many channels as the level below has, and holds three such maps. */
export function vaeDecoderWorkingBytes(
  { blockOutChannels }: Pick<VaeConfig, 'blockOutChannels'>,
  { n, h, w }: LatentShape,
): number {
  const [outermost = 0, next = outermost] = blockOutChannels;
  const pixelsPerCell = 4 ** (blockOutChannels.length - 1);
  return OTHERS_BYTES + FLOAT_BYTES * 3 * next * pixelsPerCell * n * h * w;
}

/** At full size the encoder has the outermost width alone. */
export function vaeEncoderWorkingBytes(
  { blockOutChannels }: Pick<VaeConfig, 'blockOutChannels'>,
  { n, heightPx, widthPx }: ImageShape,
): number {
  const [outermost = 0] = blockOutChannels;
  return OTHERS_BYTES + FLOAT_BYTES * 4 * outermost * heightPx * widthPx * n;
}

/** At full size three maps of features are alive; before that the dense blocks hold all that their layers gave. */
export function upscalerWorkingBytes(
  { features, growth, upsamplings }: Pick<RrdbNetConfig, 'features' | 'growth' | 'upsamplings'>,
  { h, w }: { readonly h: number; readonly w: number },
): number {
  const values = Math.max(3 * features * 4 ** upsamplings, 4 * features + 10 * growth);
  return OTHERS_BYTES + FLOAT_BYTES * values * h * w;
}

/** For a few images or prompts. */
export const CLIP_WORKING_BYTES = 2 * OTHERS_BYTES;
