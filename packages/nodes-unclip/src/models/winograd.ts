import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';

/** G, which takes the three weights of a row to the four values that are multiplied. */
const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
] as const;
/** B transposed, for the four inputs of a row. */
const BT = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, 1, 0, -1],
] as const;
/** A transposed, which takes the four products back to two outputs. */
const AT = [
  [1, 1, 1, 0],
  [0, 1, -1, -1],
] as const;

interface WinogradSizes {
  readonly n: number;
  readonly from: number;
  readonly to: number;
  readonly h: number;
  readonly w: number;
}

/** @returns the sizes of a convolution that {@link winogradConv} is for in this formulation, else `undefined` */
export function sizesForWinograd(
  scope: Scope,
  { dims: [n, from, h, w] }: Value,
  { channels: to, kernel, stride, padding }: ops.ConvAttributes & { readonly channels: number },
): WinogradSizes | undefined {
  const { winograd } = scope.builder.formulation;
  if (winograd === undefined || kernel !== 3 || stride !== 1 || padding !== 1) return undefined;
  if (typeof n !== 'number' || typeof from !== 'number' || typeof h !== 'number' || typeof w !== 'number')
    return undefined;
  const isLarge = Math.min(from, to) >= winograd.channels && Math.min(h, w) >= winograd.side;
  return isLarge && h % 2 === 0 && w % 2 === 0 ? { n, from, to, h, w } : undefined;
}

/**
 * A 3x3 convolution of stride 1 and padding 1 by Winograd's F(2x2, 3x3): 16 products for 4 outputs of a channel instead of 36.
 * Rounding errors are about those of other ways, since B and A only add and subtract.
 *
 * Notation: d, a tile of 4x4 inputs; g, the 3x3 weights; Y = At ((G g Gt) * (Bt d B)) A, a tile of 2x2 outputs, where * is a
 * product of matrices over channels for each of the 16 places in a tile. Rows and columns are transformed at once, by Kronecker products.
 *
 * @param inputs x [n, from, h, w] with even h and w; weight [to, from, 3, 3]
 * @returns [n, to, h, w]
 * @see Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, https://arxiv.org/abs/1509.09308
 */
export function winogradConv(
  scope: Scope,
  { x, weight }: { readonly x: Value; readonly weight: Value },
  { n, from, to, h, w }: WinogradSizes,
): Value {
  const { builder } = scope;
  const tiles = (h / 2) * (w / 2);
  // Several times as large as the maps, and each only needed for a moment.
  const reshape = (value: Value, ...dims: readonly number[]) => ops.reshapeAtRunTime(scope, value, dims);

  // 1: U = G g Gt, [16, 1, to, from]
  const weights = reshape(weight, to * from, 9);
  builder.countTransformed(16 * to * from);
  const u = ops.matMulTransposedB(scope, builder.floats([16, 9], kronecker(G)), weights);

  // 2: V = Bt d B, [16, n, from, tiles]; as a convolution of each channel alone, which also cuts the overlapping tiles
  const maps = reshape(x, n * from, 1, h, w);
  const filters = builder.floats([16, 1, 4, 4], kronecker(BT));
  const transformed = ops.conv(scope, [maps, filters], { kernel: 4, stride: 2, padding: 1 });
  const v = ops.transpose(scope, reshape(transformed, n * from, 16, tiles), [1, 0, 2]);

  // 3: M = U V for each place, [16, n, to, tiles]
  const m = ops.matMul(scope, reshape(u, 16, 1, to, from), reshape(v, 16, n, from, tiles));

  // 4: Y = At M A, [2 * 2, n * to * tiles], whose four parts are the corners of the tiles
  const y = ops.matMul(scope, builder.floats([4, 16], kronecker(AT)), reshape(m, 16, n * to * tiles));
  const corners = ops.transpose(scope, reshape(y, 2, 2, n * to, h / 2, w / 2), [2, 3, 0, 4, 1]);
  return ops.reshape(scope, corners, [n, to, h, w]);
}

/** The product with itself of a matrix [rows, columns], as [rows * rows, columns * columns]. */
function kronecker(matrix: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(
    matrix.flatMap((one) => matrix.flatMap((other) => one.flatMap((a) => other.map((b) => a * b)))),
  );
}
