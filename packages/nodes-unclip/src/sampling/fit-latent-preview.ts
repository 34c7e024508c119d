import type { LatentPreview } from '../models/latent-preview.js';
import { bindDims, type Tensor } from '../tensor/tensor.js';

// Keeps the solution finite when an image is of one colour; far below what real latents vary by.
const RIDGE = 1e-3;

/**
 * Fits the linear guess of an image to what the VAE really made of a latent: for each colour the least squares over all
 * cells of  rgb = latent . matrix + bias,  rgb being the mean of the pixels which the cell spans.
 *
 * @param latent float32 [n, c, h, w], times the scaling factor
 * @param decoded float32 [n, 3, H, W], -1..1, with H and W the same multiple of h and w
 */
export function fitLatentPreview(latent: Tensor, decoded: Tensor): LatentPreview {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('preview latent', latent, 'n c h w');
  const { H = 0 } = bindDims('preview image', decoded, `${n} 3 H W`);
  const scale = Math.floor(H / h);
  bindDims('preview image', decoded, `${n} 3 ${h * scale} ${w * scale}`);
  const size = c + 1;
  // 1. The normal equations A x = b, one right side a colour; the last unknown is the bias.
  const normal = Array.from({ length: size }, () => new Float64Array(size));
  const right = Array.from({ length: size }, () => new Float64Array(3));
  const cell = new Float64Array(size).fill(1);
  const cells = h * w;
  for (let image = 0; image < n; image++) {
    for (let at = 0; at < cells; at++) {
      for (let channel = 0; channel < c; channel++) {
        cell[channel] = latent.data[(image * c + channel) * cells + at] ?? 0;
      }
      const rgb = meanColour(decoded, { image, row: Math.floor(at / w) * scale, column: (at % w) * scale, scale });
      for (let i = 0; i < size; i++) {
        const [row, side, value] = [normal[i], right[i], cell[i] ?? 0];
        for (let j = 0; row !== undefined && j < size; j++) row[j] = (row[j] ?? 0) + value * (cell[j] ?? 0);
        for (let k = 0; side !== undefined && k < 3; k++) side[k] = (side[k] ?? 0) + value * (rgb[k] ?? 0);
      }
    }
  }
  for (let i = 0; i < c; i++) addTo(normal[i], i, RIDGE * n * cells);
  // 2. Elimination; the ridge has made A positive definite.
  solve(normal, right);
  return { matrix: right.slice(0, c).map((row) => [...row]), bias: [...(right[c] ?? [0.5, 0.5, 0.5])] };
}

interface CellPlace {
  readonly image: number;
  readonly row: number;
  readonly column: number;
  readonly scale: number;
}

/** Mean of the cell's pixels, 0..1. */
function meanColour({ dims, data }: Tensor, { image, row, column, scale }: CellPlace): readonly number[] {
  const [, , H = 0, W = 0] = dims;
  return [0, 1, 2].map((colour) => {
    let sum = 0;
    for (let y = row; y < row + scale; y++) {
      const start = ((image * 3 + colour) * H + y) * W + column;
      for (let x = start; x < start + scale; x++) sum += data[x] ?? 0;
    }
    return Math.min(1, Math.max(0, sum / (2 * scale * scale) + 0.5));
  });
}

/** Gauss-Jordan with the largest pivot; leaves the solution in `right`. */
function solve(matrix: Float64Array[], right: Float64Array[]): void {
  for (let column = 0; column < matrix.length; column++) {
    let pivot = column;
    for (let row = column + 1; row < matrix.length; row++) {
      if (Math.abs(matrix[row]?.[column] ?? 0) > Math.abs(matrix[pivot]?.[column] ?? 0)) pivot = row;
    }
    swap(matrix, column, pivot);
    swap(right, column, pivot);
    const head = matrix[column]?.[column] ?? 0;
    if (head === 0) continue;
    scaleRow(matrix[column], 1 / head);
    scaleRow(right[column], 1 / head);
    for (let row = 0; row < matrix.length; row++) {
      const factor = row === column ? 0 : (matrix[row]?.[column] ?? 0);
      addRow(matrix[row], matrix[column], -factor);
      addRow(right[row], right[column], -factor);
    }
  }
}

function swap(rows: Float64Array[], a: number, b: number): void {
  const [first, second] = [rows[a], rows[b]];
  if (first === undefined || second === undefined) return;
  rows[a] = second;
  rows[b] = first;
}

function scaleRow(row: Float64Array | undefined, factor: number): void {
  for (let i = 0; row !== undefined && i < row.length; i++) row[i] = (row[i] ?? 0) * factor;
}

function addRow(row: Float64Array | undefined, other: Float64Array | undefined, factor: number): void {
  for (let i = 0; row !== undefined && i < row.length; i++) row[i] = (row[i] ?? 0) + factor * (other?.[i] ?? 0);
}

function addTo(row: Float64Array | undefined, place: number, value: number): void {
  if (row !== undefined) row[place] = (row[place] ?? 0) + value;
}
