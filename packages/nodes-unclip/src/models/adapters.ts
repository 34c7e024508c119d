import type { Factor, Kronecker, LowRank, Matrix, WeightAdapter } from '../onnx/adapter.js';
import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { SymbolicDims, Value } from '../onnx/value.js';

/** A layer, as far as it says where an adapter costs less. */
export interface AdaptedLayer {
  /** Of the weight: [out, in] or [out, in, k, k]. */
  readonly dims: readonly number[];
  /** How many rows or pixels go through it at a call; `undefined` if only the runtime knows. */
  readonly rows: number | undefined;
}

/**
 * The weight of a layer plus those parts that are not computed beside it; the weight itself if there are none. Results
 * are rounded to half precision again after adding, as in ComfyUI 0.3.64 (comfy/model_patcher.py,
 * patch_weight_to_device).
 */
export function adaptedWeight(scope: Scope, layer: AdaptedLayer): Value {
  const { dims } = layer;
  const weight = scope.weight('weight', dims);
  let sum = weight;
  for (const [i, adapter] of scope.adapters.entries()) {
    if (isBeside(scope, adapter, layer)) continue;
    sum = ops.add(scope, sum, denseDifference(scope.child(`adapter.${i}`), { weight, dims, adapter }));
  }
  if (sum === weight || !scope.roundsToHalf('weight')) return sum;
  return ops.cast(scope, ops.cast(scope, sum, 'float16'), weight.dtype);
}

/** Adds what low-rank adapters make of the input of a linear layer. */
export function besideLinear(scope: Scope, x: Value, result: Value, layer: AdaptedLayer) {
  const [to = 0, from = 0] = layer.dims;
  let sum = result;
  for (const [i, adapter] of scope.adapters.entries()) {
    if (!isBeside(scope, adapter, layer)) continue;
    const inside = scope.child(`adapter.${i}`);
    const rank = adapter.down.dims[0] as number; // Was checked when the file was opened.
    const down = inside.inlineWeight('down', adapter.down, [rank, from]);
    const up = inside.inlineWeight('up', adapter.up, [to, rank]);
    const reduced = scaled(inside, product(inside, x, down), adapter.scale);
    sum = ops.add(scope, sum, product(inside, reduced, up));
  }
  return sum;
}

/** The same of a convolution. */
export function besideConv(
  scope: Scope,
  { x, result }: { readonly x: Value; readonly result: Value },
  attributes: ops.ConvAttributes,
  layer: AdaptedLayer,
): Value {
  const { kernel } = attributes;
  const pointwise = { kernel: 1, stride: 1, padding: 0 };
  const [out = 0, channels = 0] = layer.dims;
  let sum = result;
  for (const [i, adapter] of scope.adapters.entries()) {
    if (!isBeside(scope, adapter, layer)) continue;
    const inside = scope.child(`adapter.${i}`);
    const inner = adapter.down.dims[0] as number; // Was checked when the file was opened.
    const [outer = inner] = adapter.mid?.dims ?? [];
    const down = (side: number) => inside.inlineWeight('down', adapter.down, [inner, channels, side, side]);
    let hidden: Value;
    if (adapter.mid === null) hidden = ops.conv(inside, [x, down(kernel)], attributes);
    else {
      const mid = inside.inlineWeight('mid', adapter.mid, [outer, inner, kernel, kernel]);
      hidden = ops.conv(inside, [ops.conv(inside, [x, down(1)], pointwise), mid], attributes);
    }
    const up = inside.inlineWeight('up', adapter.up, [out, outer, 1, 1]);
    sum = ops.add(scope, sum, ops.conv(inside, [scaled(inside, hidden, adapter.scale), up], pointwise));
  }
  return sum;
}

/** The product of all dims except features; `undefined` if it is known only at runtime. */
export function rowsOf(dims: SymbolicDims): number | undefined {
  return dims.reduce<number | undefined>(
    (rows, dim) => (rows === undefined || typeof dim !== 'number' ? undefined : rows * dim),
    1,
  );
}

/**
 * What adding up one number costs, in multiply-adds, since it waits for memory. With the UNet of SD 2.1 a half or twice of it
 * changes the choice for few layers.
 */
const MULTIPLY_ADDS_OF_A_SUM = 64;

/**
 * Whether a product is computed beside the layer, so that its weight stays as it is. Otherwise it is added to the
 * weight at each call, or once if constants are folded: that is faster if the input has more rows than the weight has
 * numbers.
 */
function isBeside(
  scope: Scope,
  adapter: WeightAdapter,
  { dims, rows }: AdaptedLayer,
): adapter is LowRank & WeightAdapter {
  if (adapter.kind !== 'low-rank' || adapter.magnitude !== null) return false;
  if (adapter.mid !== null) return true;
  // The text encoder alone is rounded, which has no convolutions with a `mid`.
  if (scope.roundsToHalf('weight')) return false;
  if (rows === undefined) return true;
  const [out = 0, ...rest] = dims;
  const columns = rest.reduce((size, dim) => size * dim, 1);
  const rank = adapter.down.dims[0] as number; // Was checked when the file was opened.
  const besideCost = rows * (rank * (columns + out) + MULTIPLY_ADDS_OF_A_SUM * out);
  const insideCost = out * columns * (rank + MULTIPLY_ADDS_OF_A_SUM);
  return besideCost <= insideCost;
}

interface DenseDifference {
  readonly weight: Value;
  readonly dims: readonly number[];
  readonly adapter: WeightAdapter;
}

/** In the shape of the weight. */
function denseDifference(scope: Scope, { weight, dims, adapter }: DenseDifference): Value {
  const [out = 0, ...rest] = dims;
  const columns = rest.reduce((size, dim) => size * dim, 1);
  const asWeight = (matrix: Value) => ops.reshape(scope, matrix, dims);
  switch (adapter.kind) {
    case 'full':
      return scaled(scope, scope.inlineWeight('difference', adapter.difference, dims), adapter.scale);
    case 'hadamard': {
      const [first, second] = adapter.factors.map((factor, i) =>
        ops.reshape(scope, matrixOf(scope, `w${i + 1}`, factor), [out, columns]),
      ) as [Value, Value];
      return asWeight(scaled(scope, ops.mul(scope, first, second), adapter.scale));
    }
    case 'kronecker':
      return asWeight(scaled(scope, kronecker(scope, adapter.factors), adapter.scale));
    case 'low-rank':
      if (adapter.magnitude === null)
        return asWeight(scaled(scope, lowRankProduct(scope, adapter, [out, columns]), adapter.scale));
      return ops.add(scope, decomposed(scope, { weight, dims, adapter }), scaled(scope, weight, -1));
  }
}

/** DoRA: the sum of weight and product, of which each row is brought to the length in `magnitude`. */
function decomposed(
  scope: Scope,
  { weight, dims, adapter }: DenseDifference & { readonly adapter: LowRank & WeightAdapter },
): Value {
  const [out = 0, ...rest] = dims;
  const columns = rest.reduce((size, dim) => size * dim, 1);
  const matrix = ops.reshape(scope, weight, [out, columns]);
  const sum = ops.add(scope, matrix, scaled(scope, lowRankProduct(scope, adapter, [out, columns]), adapter.scale));
  // Kohya's scripts may measure columns instead of rows.
  const magnitude = adapter.magnitude as Factor; // Only those with one come here.
  const size = magnitude.dims.reduce((product, dim) => product * dim, 1);
  const isByRow = size === out;
  const [length, axis] = isByRow ? [[out, 1], 1] : [[1, columns], 0];
  const norm = ops.reduceL2(scope, sum, axis);
  const share = ops.div(scope, scope.inlineWeight('magnitude', magnitude, length), norm);
  return ops.reshape(scope, ops.mul(scope, sum, share), dims);
}

/** `up` times `down` as a matrix. */
function lowRankProduct(scope: Scope, { up, down }: LowRank, [out, columns]: readonly [number, number]): Value {
  const rank = down.dims[0] as number; // Was checked when the file was opened.
  return ops.matMul(
    scope,
    scope.inlineWeight('up', up, [out, rank]),
    scope.inlineWeight('down', down, [rank, columns]),
  );
}

/** [out, in * k * k] or, for a plain factor, in its own shape. */
function matrixOf(scope: Scope, name: string, matrix: Matrix): Value {
  if (!('a' in matrix)) return scope.inlineWeight(name, matrix, matrix.dims);
  const { a, b, core } = matrix;
  if (core === null) {
    const [rows = 0, rank = 0] = a.dims;
    const first = scope.inlineWeight(`${name}.a`, a, [rows, rank]);
    const second = scope.inlineWeight(`${name}.b`, b, [rank, sizeOf(b) / rank]);
    const result = ops.matMul(scope, first, second);
    return ops.reshape(scope, result, [rows, ...b.dims.slice(1)]);
  }
  // With a core: sum over i and j of core[i, j] * a[i, out] * b[j, in].
  const [i = 0, j = 0, ...kernel] = core.dims;
  const cells = kernel.reduce((size, dim) => size * dim, 1);
  const [out = 0, into = 0] = [a.dims[1], b.dims[1]];
  const left = ops.transpose(scope, scope.inlineWeight(`${name}.a`, a, [i, out]), [1, 0]);
  const half = ops.matMul(scope, left, scope.inlineWeight(`${name}.core`, core, [i, j * cells]));
  const cellsFirst = ops.transpose(scope, ops.reshape(scope, half, [out, j, cells]), [0, 2, 1]);
  const whole = ops.matMul(scope, cellsFirst, scope.inlineWeight(`${name}.b`, b, [j, into]));
  return ops.reshape(scope, ops.transpose(scope, whole, [0, 2, 1]), [out, into, ...kernel]);
}

/** Of [a, b] and [c, d, ...]: [a * c, b * d * ...]. */
function kronecker(scope: Scope, [first, second]: Kronecker['factors']): Value {
  const [left, right] = [matrixOf(scope, 'w1', first), matrixOf(scope, 'w2', second)];
  const [a = 0, b = 0] = left.dims as readonly number[];
  const [c = 0, d = 0, ...kernel] = right.dims as readonly number[];
  const cells = kernel.reduce((size, dim) => size * dim, 1);
  const wide = ops.reshape(scope, left, [a, 1, b, 1]);
  const inner = ops.reshape(scope, right, [1, c, 1, d * cells]);
  return ops.reshape(scope, ops.mul(scope, wide, inner), [a * c, b * d * cells]);
}

function product(scope: Scope, x: Value, weight: Value): Value {
  return scope.builder.formulation.linear === 'fusedMatMul'
    ? ops.matMulTransposedB(scope, x, weight)
    : ops.matMul(scope, x, ops.transpose(scope, weight, [1, 0]));
}

function scaled(scope: Scope, x: Value, scale: number): Value {
  return scale === 1 ? x : ops.mul(scope, x, scope.builder.floats([], Float32Array.of(scale)));
}

function sizeOf({ dims }: Factor): number {
  return dims.reduce((size, dim) => size * dim, 1);
}
