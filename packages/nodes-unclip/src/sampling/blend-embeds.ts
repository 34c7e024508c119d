import { type Tensor, tensor } from '../tensor/tensor.js';

/** Embeddings [n, d] and how much they count. */
export interface WeightedEmbed {
  readonly rows: Tensor;
  readonly weight: number;
}

/** The sum of the embeddings times their weights. @param parts at least one, all of one shape */
export function blendLinear(parts: readonly WeightedEmbed[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new Error('Internal error: nothing to blend');
  const sums = new Float64Array(first.rows.data.length);
  for (const { rows, weight } of parts) {
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + weight * (rows.data[i] as number);
  }
  return tensor(first.rows.dims, Float32Array.from(sums));
}

/**
 * One after the other along the arc from the mixture so far: direction by slerp, length by the weighted mean. Of two the
 * order does not matter; of more it does, a little.
 *
 * @param parts at least one, all of one shape, with weights from 0 up
 * @see Shoemake 1985, https://doi.org/10.1145/325165.325242
 */
export function blendSpherical(parts: readonly WeightedEmbed[]): Tensor {
  const [first, ...others] = parts;
  if (first === undefined) throw new Error('Internal error: nothing to blend');
  let mixture = first.rows;
  let total = first.weight;
  for (const { rows, weight } of others) {
    total += weight;
    if (weight > 0) mixture = slerpRows(mixture, rows, weight / total);
  }
  return mixture;
}

/** Between two embeddings [n, d]: along the straight line. @param share 0 gives `from`, 1 gives `to` */
export function lerpRows(from: Tensor, to: Tensor, share: number): Tensor {
  return blendLinear([
    { rows: from, weight: 1 - share },
    { rows: to, weight: share },
  ]);
}

/** Between two embeddings [n, d]: along the arc. @param share 0 gives `from`, 1 gives `to` */
export function slerpRows(from: Tensor, to: Tensor, share: number): Tensor {
  const [n = 0, d = 0] = from.dims;
  const out = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    const slice = ({ data }: Tensor) => data.subarray(row * d, (row + 1) * d);
    out.set(slerp(slice(from), slice(to), share), row * d);
  }
  return tensor(from.dims, out);
}

function slerp(from: Float32Array, to: Float32Array, share: number): Float32Array {
  // omega -> the angle between the two    a, b -> the factors of the two unit vectors
  const [fromLength, toLength] = [lengthOf(from), lengthOf(to)];
  const length = fromLength * (1 - share) + toLength * share;
  const product = from.reduce((sum, value, i) => sum + value * (to[i] as number), 0) / (fromLength * toLength);
  const omega = Math.acos(Math.min(Math.max(product, -1), 1));
  // Nearly parallel, opposite or empty vectors span no plane to turn in; a straight line does for them.
  if (!(Math.sin(omega) > 1e-4)) return from.map((value, i) => value * (1 - share) + (to[i] as number) * share);
  const a = Math.sin((1 - share) * omega) / Math.sin(omega) / fromLength;
  const b = Math.sin(share * omega) / Math.sin(omega) / toLength;
  return from.map((value, i) => length * (a * value + b * (to[i] as number)));
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
