import { mapLevels } from './blend-images.js';
import type { RgbImage } from './rgb-image.js';

export interface Blur {
  /** In pixels; the kernel has 2 radius + 1. */
  readonly radiusPx: number;
  /** In radii. */
  readonly sigma: number;
}

/** Gaussian blur, mirrored at the edges. @see ComfyUI 0.3.64, comfy_extras/nodes_post_processing.py, Blur */
export function blurImage(image: RgbImage, blur: Blur): RgbImage {
  const blurred = blurredLevels(image, blur);
  return mapLevels(image, (_, i) => blurred[i] as number);
}

/** Unsharp mask. @param amount how many times the difference to the blurred image is added; ComfyUI's `alpha` times 10 */
export function sharpenImage(image: RgbImage, { amount, ...blur }: Blur & { readonly amount: number }): RgbImage {
  const blurred = blurredLevels(image, blur);
  return mapLevels(image, (level, i) => level + amount * (level - (blurred[i] as number)));
}

/** Not rounded. */
function blurredLevels({ width, height, data }: RgbImage, { radiusPx, sigma }: Blur): Float32Array {
  const weights = gaussian(radiusPx, sigma);
  const levels = Float32Array.from(data);
  // The kernel is a product of one along rows and one along columns.
  const rows = convolve(levels, { lines: height, length: width, lineStep: 3 * width, step: 3 }, weights);
  return convolve(rows, { lines: width, length: height, lineStep: 3, step: 3 * width }, weights);
}

function gaussian(radiusPx: number, sigma: number): readonly number[] {
  const weights = Array.from({ length: 2 * radiusPx + 1 }, (_, i) => {
    const x = radiusPx === 0 ? 0 : (i - radiusPx) / radiusPx;
    return Math.exp(-(x * x) / (2 * sigma * sigma));
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  /** From one line to the next, and from one pixel of a line to the next, in values. */
  readonly lineStep: number;
  readonly step: number;
}

function convolve(
  levels: Float32Array,
  { lines, length, lineStep, step }: Lines,
  weights: readonly number[],
): Float32Array {
  const radius = (weights.length - 1) / 2;
  const out = new Float32Array(levels.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      for (let channel = 0; channel < 3; channel++) {
        const start = line * lineStep + channel;
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          // Weights and mirrored positions are inside their arrays.
          sum += (weights[k + radius] as number) * (levels[start + mirrored(i + k, length) * step] as number);
        }
        out[start + i * step] = sum;
      }
    }
  }
  return out;
}

/** Mirrored at the first and the last one, however far away. */
function mirrored(position: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((position % period) + period) % period;
  return within < length ? within : period - within;
}
