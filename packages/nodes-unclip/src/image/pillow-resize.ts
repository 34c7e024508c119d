import type { RgbImage } from './rgb-image.js';

/** Bits behind the point of the integer weights: 32 less the 8 of a sample and 2 of headroom. */
const PRECISION = 22;

/** The taps of one output pixel: `weights` apply from input `first` on. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

/** Pillow's filters, by their names there. */
export type ResizeFilter = keyof typeof FILTERS;

interface FilterKernel {
  /** Half its width, in pixels of the larger scale. */
  readonly support: number;
  weight(offset: number): number;
}

const FILTERS = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} as const satisfies Readonly<Record<string, FilterKernel>>;

/** {@link resizePillow} with the filter of CLIP's preprocessing. */
export function resizeBicubic(image: RgbImage, width: number, height: number): RgbImage {
  return resizePillow(image, { width, height, filter: 'bicubic' });
}

/**
 * Pillow's resize of uint8 images, bit for bit: antialiased when shrinking, and rounded to uint8 between the two
 * passes.
 *
 * @see Pillow 13.0, src/libImaging/Resample.c
 */
export function resizePillow(
  image: RgbImage,
  { width, height, filter }: { readonly width: number; readonly height: number; readonly filter: ResizeFilter },
): RgbImage {
  const narrower = image.width !== width;
  const lower = image.height !== height;
  const kernel = FILTERS[filter];
  const resizeWidth = (source: RgbImage, to: number) => resampleWidth(source, to, kernel);
  const resizeHeight = (source: RgbImage, to: number) => resampleHeight(source, to, kernel);
  if (!narrower) return lower ? resizeHeight(image, height) : image;
  if (!lower) return resizeWidth(image, width);
  // Pillow 13 takes the cheaper order, which shows in the last bit; older releases always began horizontally.
  const verticalFirst = image.height - height > Math.max(0, 2 * (image.width - width));
  return verticalFirst
    ? resizeWidth(resizeHeight(image, height), width)
    : resizeHeight(resizeWidth(image, width), height);
}

function resampleWidth({ width, height, data }: RgbImage, newWidth: number, kernel: FilterKernel): RgbImage {
  const out = new Uint8Array(3 * newWidth * height);
  const taps = filterTaps(width, newWidth, kernel);
  for (let y = 0; y < height; y++) {
    const row = 3 * width * y;
    let o = 3 * newWidth * y;
    for (const { first, weights } of taps) {
      let red = 1 << (PRECISION - 1);
      let green = red;
      let blue = red;
      let i = row + 3 * first;
      for (let k = 0; k < weights.length; k++, i += 3) {
        // The taps are inside the row.
        const weight = weights[k] as number;
        red += weight * (data[i] as number);
        green += weight * (data[i + 1] as number);
        blue += weight * (data[i + 2] as number);
      }
      out[o++] = toUint8(red);
      out[o++] = toUint8(green);
      out[o++] = toUint8(blue);
    }
  }
  return { width: newWidth, height, data: out };
}

function resampleHeight({ width, height, data }: RgbImage, newHeight: number, kernel: FilterKernel): RgbImage {
  const rowSize = 3 * width;
  const out = new Uint8Array(rowSize * newHeight);
  const sums = new Int32Array(rowSize);
  filterTaps(height, newHeight, kernel).forEach(({ first, weights }, y) => {
    sums.fill(1 << (PRECISION - 1));
    weights.forEach((weight, k) => {
      const row = rowSize * (first + k);
      // Both indices are inside their arrays.
      for (let x = 0; x < rowSize; x++) sums[x] = (sums[x] as number) + weight * (data[row + x] as number);
    });
    for (let x = 0; x < rowSize; x++) out[rowSize * y + x] = toUint8(sums[x] as number);
  });
  return { width, height: newHeight, data: out };
}

/** Sums stay below 2^31: the weights' magnitudes add up to at most 1.3 * 2^22. */
function toUint8(sum: number): number {
  return Math.min(Math.max(sum >> PRECISION, 0), 255);
}

function filterTaps(sizeIn: number, sizeOut: number, kernel: FilterKernel): readonly Taps[] {
  const scale = sizeIn / sizeOut;
  const stretch = Math.max(scale, 1);
  const support = kernel.support * stretch;
  return Array.from({ length: sizeOut }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), sizeIn);
    const raw = Array.from({ length: end - first }, (_, k) =>
      kernel.weight((k + first - centre + 0.5) * (1 / stretch)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: Int32Array.from(raw, (weight) => toFixedPoint(sum === 0 ? weight : weight / sum)) };
  });
}

/** Rounds half away from zero. */
function toFixedPoint(weight: number): number {
  return Math.trunc(weight * (1 << PRECISION) + (weight >= 0 ? 0.5 : -0.5));
}

/** Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711, with a = -0.5. */
function cubic(offset: number): number {
  const a = -0.5;
  const x = Math.abs(offset);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
