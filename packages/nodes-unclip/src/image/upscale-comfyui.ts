import { resizePillow } from './pillow-resize.js';
import type { RgbImage } from './rgb-image.js';
import { cutToLevels, resizeTorch, toFloatImage } from './torch-resize.js';

/** Pillow's filters, and behind them torch's that Pillow does not have. */
export const UPSCALE_FILTERS = ['lanczos', 'bicubic', 'bilinear', 'box', 'area', 'nearest-exact'] as const;

export type UpscaleFilter = (typeof UPSCALE_FILTERS)[number];

/** Whether only torch has it, so that it means ComfyUI's numerics. */
export function isTorchFilter(filter: UpscaleFilter): filter is 'area' | 'nearest-exact' {
  return filter === 'area' || filter === 'nearest-exact';
}

/**
 * Resizes an image to the levels that ComfyUI saves.
 *
 * @see ComfyUI 0.3.64, comfy/utils.py, common_upscale
 */
export function upscaleComfyUi(
  image: RgbImage,
  { width, height, filter }: { readonly width: number; readonly height: number; readonly filter: UpscaleFilter },
): RgbImage {
  // ComfyUI leaves lanczos to Pillow, and has no box.
  if (filter === 'lanczos' || filter === 'box') return resizePillow(image, { width, height, filter });
  return cutToLevels(resizeTorch(toFloatImage(image), { width, height, method: filter }));
}
