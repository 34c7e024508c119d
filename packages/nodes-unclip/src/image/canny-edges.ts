import { maskOfChannel } from './mask-of-channel.js';
import type { RgbImage } from './rgb-image.js';

export interface CannyOptions {
  /** Weaker edges are dropped; of the two thresholds the smaller one counts as this. */
  readonly low: number;
  /** An edge has to be as strong somewhere. */
  readonly high: number;
  /** Side of the Sobel filter in pixels. */
  readonly aperture: 3 | 5 | 7;
  /** Of the gradient's length: the root of squares, or the sum of both parts. */
  readonly norm: 'l1' | 'l2';
  /** Uses only brightness, or the channel that changes most. */
  readonly channels: 'colour' | 'brightness';
}

/** Smoothing across and deriving along, by aperture. */
const KERNELS = {
  3: [
    [1, 2, 1],
    [-1, 0, 1],
  ],
  5: [
    [1, 4, 6, 4, 1],
    [-1, -2, 0, 2, 1],
  ],
  7: [
    [1, 6, 15, 20, 15, 6, 1],
    [-1, -4, -5, 0, 5, 4, 1],
  ],
} as const;

/** tan(22.5 degrees) * 2^15. */
const TANGENT = 13573;

/**
 * The edges of an image: 255 on an edge and 0 elsewhere, one value a pixel, equal to OpenCV's to the last pixel.
 *
 * @see OpenCV 5.0.0, modules/imgproc/src/canny.cpp
 */
export function cannyEdges(image: RgbImage, options: CannyOptions): Uint8Array {
  const { width, height } = image;
  const { low, high } = thresholds(options);
  // 1: of the channels the first with the strongest gradient
  const gradient = strongestGradient(planesOf(image, options), image, options);
  // 2: pixels that are stronger than their neighbours across the edge
  const isCandidate = new Uint8Array(width * height);
  const edges = new Uint8Array(width * height);
  const toVisit: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const magnitude = gradient.magnitude[at] as number;
      if (magnitude <= low || !isRidge(gradient, { x, y, width, height })) continue;
      isCandidate[at] = 1;
      if (magnitude <= high) continue;
      edges[at] = 255;
      toVisit.push(at);
    }
  }
  // 3: and those connected to a strong one, at any distance
  for (let at = toVisit.pop(); at !== undefined; at = toVisit.pop()) {
    const [x, y] = [at % width, Math.floor(at / width)];
    for (let row = Math.max(0, y - 1); row < Math.min(height, y + 2); row++) {
      for (let column = Math.max(0, x - 1); column < Math.min(width, x + 2); column++) {
        const beside = row * width + column;
        if (isCandidate[beside] === 0 || edges[beside] !== 0) continue;
        edges[beside] = 255;
        toVisit.push(beside);
      }
    }
  }
  return edges;
}

function thresholds({ low, high, aperture, norm }: CannyOptions): { readonly low: number; readonly high: number } {
  const adapt = (threshold: number) => {
    const scaled = aperture === 7 ? threshold / 16 : threshold;
    if (norm === 'l1') return Math.floor(scaled);
    const limited = Math.min(32767, scaled);
    return Math.floor(limited > 0 ? limited * limited : limited);
  };
  return { low: adapt(Math.min(low, high)), high: adapt(Math.max(low, high)) };
}

/** Plane by plane, one value per pixel. */
function planesOf(image: RgbImage, { channels }: CannyOptions): readonly Uint8Array[] {
  const planes = channels === 'brightness' ? (['brightness'] as const) : (['red', 'green', 'blue'] as const);
  return planes.map((channel) => maskOfChannel(image, channel).data);
}

interface Gradient {
  readonly dx: Int32Array;
  readonly dy: Int32Array;
  /** The square of the length for the norm L2. */
  readonly magnitude: Float64Array;
}

function strongestGradient(planes: readonly Uint8Array[], size: RgbImage, options: CannyOptions): Gradient {
  const [first, ...others] = planes.map((plane) => gradientOf(plane, size, options));
  if (first === undefined) throw new Error('Internal error: an image without channels');
  for (const { dx, dy, magnitude } of others) {
    for (let i = 0; i < magnitude.length; i++) {
      if ((magnitude[i] as number) <= (first.magnitude[i] as number)) continue;
      first.dx[i] = dx[i] as number;
      first.dy[i] = dy[i] as number;
      first.magnitude[i] = magnitude[i] as number;
    }
  }
  return first;
}

function gradientOf(plane: Uint8Array, { width, height }: RgbImage, { aperture, norm }: CannyOptions): Gradient {
  const [smooth, derive] = KERNELS[aperture];
  const dx = sobel(plane, { width, height, across: derive, down: smooth });
  const dy = sobel(plane, { width, height, across: smooth, down: derive });
  const magnitude = Float64Array.from(dx, (x, i) => {
    const y = dy[i] as number;
    return norm === 'l2' ? x * x + y * y : Math.abs(x) + Math.abs(y);
  });
  return { dx, dy, magnitude };
}

interface Filter {
  readonly width: number;
  readonly height: number;
  readonly across: readonly number[];
  readonly down: readonly number[];
}

/** Sums over rows and then over columns; pixels beyond the border repeat the border's. The result fits 16 bits. */
function sobel(plane: Uint8Array, { width, height, across, down }: Filter): Int32Array {
  const reach = (across.length - 1) / 2;
  const clamp = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
  const rows = new Int32Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < across.length; i++) {
        sum += (across[i] as number) * (plane[y * width + clamp(x + i - reach, width)] as number);
      }
      rows[y * width + x] = sum;
    }
  }
  const result = new Int32Array(plane.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < down.length; i++) {
        sum += (down[i] as number) * (rows[clamp(y + i - reach, height) * width + x] as number);
      }
      // The widest filter is divided by 16.
      const fitted = across.length === 7 ? roundHalfEven(sum / 16) : sum;
      result[y * width + x] = Math.min(Math.max(fitted, -32768), 32767);
    }
  }
  return result;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

interface Position {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whether a pixel is stronger than its neighbours along the gradient; outside of the image nothing is strong. */
function isRidge({ dx, dy, magnitude }: Gradient, { x, y, width, height }: Position): boolean {
  const at = y * width + x;
  const own = magnitude[at] as number;
  const neighbour = (column: number, row: number) =>
    column < 0 || row < 0 || column >= width || row >= height ? 0 : (magnitude[row * width + column] as number);
  const [across, down] = [dx[at] as number, dy[at] as number];
  const [flat, steep] = [Math.abs(across), Math.abs(down) * 2 ** 15];
  const lower = flat * TANGENT;
  if (steep < lower) return own > neighbour(x - 1, y) && own >= neighbour(x + 1, y);
  // tan(67.5 degrees) is tan(22.5 degrees) + 2.
  if (steep > lower + flat * 2 ** 16) return own > neighbour(x, y - 1) && own >= neighbour(x, y + 1);
  const side = (across ^ down) < 0 ? -1 : 1;
  return own > neighbour(x - side, y - 1) && own > neighbour(x + side, y + 1);
}
