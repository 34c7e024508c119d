import { fma32 } from '../random/fma32.js';
import type { RgbImage } from './rgb-image.js';

const { ceil, floor, fround } = Math;

/** Values of one image, not in levels: float32 [height * width * 3], rows from the top; 0..1 unless an interpolation overshoots. */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** The methods of `torch.nn.functional.interpolate` that image nodes of ComfyUI use. */
export type TorchMethod = 'nearest-exact' | 'bilinear' | 'bicubic' | 'area';

/** The taps of one output pixel: `weights` apply from input `first` on, held inside the image. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

export function toFloatImage({ width, height, data }: RgbImage): FloatImage {
  return { width, height, data: Float32Array.from(data, (level) => level / 255) };
}

/** Levels as ComfyUI saves them: cut off, not rounded. */
export function cutToLevels({ width, height, data }: FloatImage): RgbImage {
  return { width, height, data: Uint8Array.from(data, (value) => Math.min(Math.max(fround(255 * value), 0), 255)) };
}

/**
 * `interpolate(image, size=(height, width), mode=method)`, without antialiasing. To the bit, which shows where levels are cut
 * off: products and sums are fused where torch's compiler fuses them.
 *
 * @see pytorch v2.13.0, aten/src/ATen/native/cpu/UpSampleKernel.cpp and AdaptiveAvgPoolKernel.cpp
 */
export function resizeTorch(
  image: FloatImage,
  { width, height, method }: { readonly width: number; readonly height: number; readonly method: TorchMethod },
): FloatImage {
  const data = new Float32Array(3 * width * height);
  const pixelAt = PIXELS[method](image, { width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) data[3 * (y * width + x) + channel] = pixelAt(x, y, channel);
    }
  }
  return { width, height, data };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

type PixelAt = (x: number, y: number, channel: number) => number;

const PIXELS: Readonly<Record<TorchMethod, (image: FloatImage, size: Size) => PixelAt>> = {
  'nearest-exact': (image, size) => {
    const source = (i: number, from: number, to: number) => floor(fround(fround(i + 0.5) * fround(from / to)));
    return (x, y, channel) =>
      valueAt(image, source(x, image.width, size.width), source(y, image.height, size.height), channel);
  },
  area: (image, size) => (x, y, channel) => {
    const [left, right] = [floor((x * image.width) / size.width), ceil(((x + 1) * image.width) / size.width)];
    const [top, bottom] = [floor((y * image.height) / size.height), ceil(((y + 1) * image.height) / size.height)];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) sum = fround(sum + valueAt(image, column, row, channel));
    }
    return fround(fround(sum / (bottom - top)) / (right - left));
  },
  bilinear: (image, size) => {
    const [columns, rows] = [linearTaps(image.width, size.width), linearTaps(image.height, size.height)];
    return (x, y, channel) => {
      // As many taps as pixels.
      const [column, row] = [columns[x] as LinearTap, rows[y] as LinearTap];
      const value = (dx: number, dy: number) => valueAt(image, column.first + dx, row.first + dy, channel);
      const weight = (across: number, down: number) => fround(down * across);
      let sum = fround(value(1, 0) * weight(column.share, fround(1 - row.share)));
      sum = fma32(value(0, 0), weight(fround(1 - column.share), fround(1 - row.share)), sum);
      sum = fma32(value(0, 1), weight(fround(1 - column.share), row.share), sum);
      return fma32(value(1, 1), weight(column.share, row.share), sum);
    };
  },
  bicubic: (image, size) => {
    const [columns, rows] = [cubicTaps(image.width, size.width), cubicTaps(image.height, size.height)];
    return (x, y, channel) => {
      // As many taps as pixels.
      const [column, row] = [columns[x] as Taps, rows[y] as Taps];
      const inRow = (k: number) =>
        weighted(column.weights, (j) => valueAt(image, column.first + j, row.first + k, channel));
      return weighted(row.weights, inRow);
    };
  },
};

/** Pixels beyond the edge are those at the edge. */
function valueAt({ width, height, data }: FloatImage, x: number, y: number, channel: number): number {
  const hold = (index: number, size: number) => Math.min(Math.max(index, 0), size - 1);
  return data[3 * (hold(y, height) * width + hold(x, width)) + channel] as number; // Held inside.
}

/** Four values, in the order of torch's sum. */
function weighted(weights: readonly number[], value: (k: number) => number): number {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = weights;
  return fma32(value(3), w3, fma32(value(2), w2, fma32(value(0), w0, fround(value(1) * w1))));
}

interface LinearTap {
  readonly first: number;
  /** Of the value after the first one. */
  readonly share: number;
}

function sourceOf(i: number, sizeIn: number, sizeOut: number): number {
  return fround(fround(fround(sizeIn / sizeOut) * fround(i + 0.5)) - 0.5);
}

function linearTaps(sizeIn: number, sizeOut: number): readonly LinearTap[] {
  return Array.from({ length: sizeOut }, (_, i) => {
    const source = Math.max(sourceOf(i, sizeIn, sizeOut), 0);
    return { first: floor(source), share: Math.min(fround(source - floor(source)), 1) };
  });
}

function cubicTaps(sizeIn: number, sizeOut: number): readonly Taps[] {
  return Array.from({ length: sizeOut }, (_, i) => {
    const source = sourceOf(i, sizeIn, sizeOut);
    const share = fround(source - floor(source));
    const rest = fround(1 - share);
    const weights = [farWeight(fround(share + 1)), nearWeight(share), nearWeight(rest), farWeight(fround(rest + 1))];
    return { first: floor(source) - 1, weights };
  });
}

// Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711, with torch's a = -0.75: up to a distance of 1, and of 2.
function nearWeight(x: number): number {
  return fround(fround(fround(fround(fround(fround(1.25 * x) - 2.25) * x) * x)) + 1);
}

function farWeight(x: number): number {
  return fround(fround(fma32(fround(fround(-0.75 * x) + 3.75), x, -6) * x) + 3);
}

/**
 * `interpolate(image, size=(height, width), mode='bicubic', antialias=True)`, which does not clamp between its passes.
 *
 * @see pytorch v2.13.0, aten/src/ATen/native/cpu/UpSampleKernel.cpp, HelperInterpCubic
 */
export function resizeAntialiased(image: FloatImage, width: number, height: number): FloatImage {
  const [columns, rows] = [antialiasedTaps(image.width, width), antialiasedTaps(image.height, height)];
  const across = new Float32Array(3 * image.height * width);
  for (let y = 0; y < image.height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      for (let channel = 0; channel < 3; channel++) {
        const sum = weights.reduce((total, weight, k) => total + weight * valueAt(image, first + k, y, channel), 0);
        across[3 * (y * width + x) + channel] = sum;
      }
    }
  }
  const narrowed = { width, height: image.height, data: across };
  const data = new Float32Array(3 * height * width);
  for (const [y, { first, weights }] of rows.entries()) {
    for (let i = 0; i < 3 * width; i++) {
      const [x, channel] = [floor(i / 3), i % 3];
      const value = (k: number) => valueAt(narrowed, x, first + k, channel);
      data[3 * y * width + i] = weights.reduce((total, weight, k) => total + weight * value(k), 0);
    }
  }
  return { width, height, data };
}

function antialiasedTaps(sizeIn: number, sizeOut: number): readonly Taps[] {
  const scale = fround(sizeIn / sizeOut);
  const stretch = Math.max(scale, 1);
  const support = fround(2 * stretch);
  return Array.from({ length: sizeOut }, (_, i): Taps => {
    const centre = fround(scale * fround(i + 0.5));
    const first = Math.max(Math.trunc(fround(fround(centre - support) + 0.5)), 0);
    const end = Math.min(Math.trunc(fround(fround(centre + support) + 0.5)), sizeIn);
    const raw = Array.from({ length: end - first }, (_, k) => antialiasedWeight((k + first - centre + 0.5) / stretch));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => fround(sum === 0 ? weight : weight / sum)) };
  });
}

/** The same with a = -0.5. */
function antialiasedWeight(offset: number): number {
  const x = Math.abs(offset);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}
