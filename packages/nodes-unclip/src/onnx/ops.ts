import { ELEMENT_TYPE, type ElementType } from './external-data.js';
import type { Scope } from './graph-builder.js';
import type { Attribute } from './messages.js';
import {
  broadcastDims,
  type Dim,
  GraphError,
  reshapedDims,
  type SymbolicDims,
  sameDims,
  showDims,
  showType,
  type Value,
} from './value.js';

// One function per ONNX operator used, with only the attributes used. Each declares its output, and throws a GraphError
// for invalid inputs. Operators of ai.onnx are described in onnx/onnx v1.17 docs/Operators.md, those of com.microsoft
// in onnxruntime v1.23 docs/ContribOperators.md.

export const add = (scope: Scope, a: Value, b: Value): Value => binary(scope, 'Add', a, b);
export const mul = (scope: Scope, a: Value, b: Value): Value => binary(scope, 'Mul', a, b);
export const div = (scope: Scope, a: Value, b: Value): Value => binary(scope, 'Div', a, b);
export const sin = (scope: Scope, x: Value): Value => scope.node('Sin', [x], x);
export const cos = (scope: Scope, x: Value): Value => scope.node('Cos', [x], x);
export const erf = (scope: Scope, x: Value): Value => scope.node('Erf', [x], x);
export const sigmoid = (scope: Scope, x: Value): Value => scope.node('Sigmoid', [x], x);
export const tanh = (scope: Scope, x: Value): Value => scope.node('Tanh', [x], x);
export const relu = (scope: Scope, x: Value): Value => scope.node('Relu', [x], x);
/** `slope` times values below 0. */
export const leakyRelu = (scope: Scope, x: Value, slope: number): Value =>
  scope.node('LeakyRelu', [x], x, { attributes: { alpha: { float: slope } } });
/** The exact form with erf, not the tanh approximation. */
export const gelu = (scope: Scope, x: Value): Value => scope.node('Gelu', [x], x);

/** Of elements, where one of the two may be repeated. */
function binary(scope: Scope, opType: string, a: Value, b: Value): Value {
  requireOneType(scope, opType, [a, b]);
  const dims = broadcastDims(a.dims, b.dims);
  if (dims === undefined) throw wrong(scope, opType, `${showType(a)} and ${showType(b)} do not go together`);
  return scope.node(opType, [a, b], { dtype: a.dtype, dims });
}

/** The last two axes as matrices, those before as a batch. */
export function matMul(scope: Scope, a: Value, b: Value): Value {
  const dims = productDims(scope, 'MatMul', a, b, b.dims.slice(-2));
  return scope.node('MatMul', [a, b], { dtype: a.dtype, dims });
}

/** com.microsoft: a times b transposed, b being [out, in]. */
export function matMulTransposedB(scope: Scope, a: Value, b: Value): Value {
  const dims = productDims(scope, 'FusedMatMul', a, b, b.dims.slice(-2).toReversed());
  const attributes = { transB: { int: 1 } };
  return scope.node('FusedMatMul', [a, b], { dtype: a.dtype, dims }, { domain: 'com.microsoft', attributes });
}

/** @param matrix the last axes of `b` as [in, out] */
function productDims(scope: Scope, opType: string, a: Value, b: Value, matrix: SymbolicDims): SymbolicDims {
  requireOneType(scope, opType, [a, b]);
  const [inner, out] = matrix;
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  if (out === undefined || a.dims.length < 2 || a.dims.at(-1) !== inner || batch === undefined) {
    throw wrong(scope, opType, `${showType(a)} cannot be multiplied with ${showType(b)}`);
  }
  const dims = [...batch, ...a.dims.slice(-2, -1), out];
  scope.builder.countWork({ dtype: a.dtype, dims }, typeof inner === 'number' ? inner : 1);
  return dims;
}

export function cast(scope: Scope, x: Value, to: ElementType): Value {
  const attributes = { to: { int: ELEMENT_TYPE[to] } };
  return scope.node('Cast', [x], { dtype: to, dims: x.dims }, { attributes });
}

export function concat(scope: Scope, values: readonly Value[], axis: number): Value {
  const dtype = requireOneType(scope, 'Concat', values);
  const [first, ...others] = values.map(({ dims }) => dims);
  const without = (dims: SymbolicDims) => dims.toSpliced(axis, 1);
  const sizes = values.map(({ dims }) => dims[axis]);
  const size = sizes.reduce<number>((sum, dim) => (typeof dim === 'number' ? sum + dim : Number.NaN), 0);
  if (first === undefined || Number.isNaN(size) || !others.every((dims) => sameDims(without(dims), without(first)))) {
    throw wrong(scope, 'Concat', `cannot join ${values.map(showType).join(' and ')} along axis ${axis}`);
  }
  const dims = first.with(axis, size);
  return scope.node('Concat', values, { dtype, dims }, { attributes: { axis: { int: axis } } });
}

/** Cuts an axis into two halves of equal size. */
export function splitInHalves(scope: Scope, x: Value, axis: number): readonly [Value, Value] {
  const size = x.dims.at(axis);
  if (typeof size !== 'number' || size % 2 !== 0) throw wrong(scope, 'Split', `${showType(x)} has no halves`);
  const half = { dtype: x.dtype, dims: x.dims.with(axis, size / 2) };
  const attributes = { axis: { int: axis }, num_outputs: { int: 2 } };
  const [first, second] = scope.nodeOfSeveral('Split', [x], [half, half], { attributes });
  if (first === undefined || second === undefined) throw new Error('Internal error: Split has two outputs');
  return [first, second];
}

/** Splits an axis into pieces of the given sizes, whose sum is its size. */
export function split(scope: Scope, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const size = x.dims.at(axis);
  if (size !== sizes.reduce((sum, one) => sum + one, 0)) {
    throw wrong(scope, 'Split', `${showType(x)} cannot be cut into ${sizes.join(' + ')} along axis ${axis}`);
  }
  const pieces = sizes.map((one) => ({ dtype: x.dtype, dims: x.dims.with(axis, one) }));
  const attributes = { axis: { int: axis } };
  return scope.nodeOfSeveral('Split', [x, scope.builder.ints(sizes)], pieces, { attributes });
}

/** The places `from` to `to` (exclusive) of an axis. */
export function slice(
  scope: Scope,
  x: Value,
  { axis, from, to }: { readonly axis: number; readonly from: number; readonly to: number },
): Value {
  const size = x.dims[axis];
  if (typeof size !== 'number' || from < 0 || to > size) {
    throw wrong(scope, 'Slice', `${showType(x)} has no places ${from} to ${to} on axis ${axis}`);
  }
  const { builder } = scope;
  const inputs = [x, builder.ints([from]), builder.ints([to]), builder.ints([axis])];
  return scope.node('Slice', inputs, { dtype: x.dtype, dims: x.dims.with(axis, to - from) });
}

/** @param to 0 keeps the size of the same axis, -1 takes the rest */
export function reshape(scope: Scope, x: Value, to: readonly number[]): Value {
  const dims = reshapedDims(x.dims, to);
  if (dims === undefined) throw wrong(scope, 'Reshape', `${showType(x)} does not fit ${showDims(to)}`);
  return scope.node('Reshape', [x, scope.builder.ints(to)], { dtype: x.dtype, dims });
}

/**
 * A reshape after which the size is not known in advance, nor are those of what is computed from it; for what is large, see
 * `FinishOptions`.
 */
export function reshapeAtRunTime(scope: Scope, x: Value, to: readonly number[]): Value {
  const dims = reshapedDims(x.dims, to);
  const { formulation } = scope.builder;
  if (formulation.sizesAtRunTime === undefined || !dims?.every((dim) => typeof dim === 'number')) {
    return reshape(scope, x, to);
  }
  return scope.node('Reshape', [x, scope.builder.intsAtRunTime(dims)], { dtype: x.dtype, dims });
}

export function transpose(scope: Scope, x: Value, perm: readonly number[]): Value {
  const dims = perm.flatMap((axis) => x.dims[axis] ?? []);
  if (dims.length !== x.dims.length || new Set(perm).size !== perm.length) {
    throw wrong(scope, 'Transpose', `${showType(x)} has not the axes ${showDims(perm)}`);
  }
  return scope.node('Transpose', [x], { dtype: x.dtype, dims }, { attributes: { perm: { ints: perm } } });
}

/** The sizes of the axes `start` to `end` (exclusive), int64 [end - start]. */
export function shape(scope: Scope, x: Value, { start, end }: { readonly start: number; readonly end: number }): Value {
  const attributes = { start: { int: start }, end: { int: end } };
  return scope.node('Shape', [x], { dtype: 'int64', dims: [end - start] }, { attributes });
}

/** Repeats `x`. @param sizes int64 [rank], which at a run has the values of `dims` */
export function expand(scope: Scope, x: Value, sizes: Value, dims: SymbolicDims): Value {
  const repeated = broadcastDims(x.dims, dims);
  if (repeated === undefined || !sameDims(repeated, dims) || !sameDims(sizes.dims, [dims.length])) {
    throw wrong(scope, 'Expand', `${showType(x)} cannot be repeated to ${showDims(dims)}`);
  }
  return scope.node('Expand', [x, sizes], { dtype: x.dtype, dims });
}

/** Picks `indices` along `axis`: a whole row for an index tensor, the axis itself away for a scalar. */
export function gather(scope: Scope, x: Value, indices: Value, axis: number): Value {
  if (indices.dtype !== 'int64' || x.dims.length <= axis) {
    throw wrong(scope, 'Gather', `cannot pick ${showType(indices)} of ${showType(x)} along axis ${axis}`);
  }
  const dims = x.dims.toSpliced(axis, 1, ...indices.dims);
  return scope.node('Gather', [x, indices], { dtype: x.dtype, dims }, { attributes: { axis: { int: axis } } });
}

/** The row at its own position for each batch entry. @param x [n, t, d]; positions int64 [n, 1]; -> [n, d] */
export function gatherRows(scope: Scope, x: Value, positions: Value): Value {
  const [n, , d] = x.dims;
  if (n === undefined || d === undefined || positions.dtype !== 'int64' || !sameDims(positions.dims, [n, 1])) {
    throw wrong(scope, 'GatherND', `cannot pick rows ${showType(positions)} of ${showType(x)}`);
  }
  const attributes = { batch_dims: { int: 1 } };
  return scope.node('GatherND', [x, positions], { dtype: x.dtype, dims: [n, d] }, { attributes });
}

export function softmax(scope: Scope, x: Value, axis: number): Value {
  return scope.node('Softmax', [x], x, { attributes: { axis: { int: axis } } });
}

export interface ConvAttributes {
  readonly kernel: number;
  readonly stride: number;
  /** On all four sides, or top, left, bottom and right. */
  readonly padding: number | readonly [number, number, number, number];
}

/** @param inputs x [n, c, h, w], weight [out, c, kernel, kernel], optional bias [out] */
export function conv(scope: Scope, inputs: readonly Value[], { kernel, stride, padding }: ConvAttributes): Value {
  const dtype = requireOneType(scope, 'Conv', inputs);
  const pads = typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
  const [x, weight, bias] = inputs.map(({ dims }) => dims);
  const [n, c, h, w] = x ?? [];
  const [out] = weight ?? [];
  const isFitting =
    n !== undefined &&
    c !== undefined &&
    out !== undefined &&
    sameDims(weight ?? [], [out, c, kernel, kernel]) &&
    (bias === undefined || sameDims(bias, [out]));
  if (!isFitting || typeof h !== 'number' || typeof w !== 'number') {
    throw wrong(scope, 'Conv', `cannot take ${inputs.map(showType).join(' with ')}`);
  }
  const side = (size: number, before: number, after: number) =>
    Math.floor((size + before + after - kernel) / stride) + 1;
  const dims = [n, out, side(h, pads[0], pads[2]), side(w, pads[1], pads[3])];
  scope.builder.countWork({ dtype, dims }, (typeof c === 'number' ? c : 1) * kernel * kernel);
  const attributes = {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: pads },
  };
  return scope.node('Conv', inputs, { dtype, dims }, { attributes });
}

/**
 * Nearest neighbour over the two last axes of [n, c, h, w]; the source index is floor(i * in / out), as torch's
 * `interpolate` takes it.
 *
 * @param to `scale`: a whole number, for which ONNX Runtime has a faster kernel than for sizes
 */
export function resizeNearest(
  scope: Scope,
  x: Value,
  to: { readonly scale: number } | { readonly h: number; readonly w: number },
): Value {
  const { builder } = scope;
  const nearest = {
    mode: { string: 'nearest' },
    coordinate_transformation_mode: { string: 'asymmetric' },
    nearest_mode: { string: 'floor' },
  } as const;
  const [n, c, h, w] = x.dims;
  if (n === undefined || c === undefined || typeof h !== 'number' || typeof w !== 'number') {
    throw wrong(scope, 'Resize', `expected [n, c, h, w], got ${showType(x)}`);
  }
  const resized = (height: Dim, width: Dim) => ({ dtype: x.dtype, dims: [n, c, height, width] });
  if ('scale' in to) {
    const scales = builder.exactFloats([4], Float32Array.of(1, 1, to.scale, to.scale));
    return scope.node('Resize', [x, null, scales], resized(h * to.scale, w * to.scale), { attributes: nearest });
  }
  const sizes = builder.ints([to.h, to.w]);
  const attributes = { ...nearest, axes: { ints: [2, 3] } };
  return scope.node('Resize', [x, null, null, sizes], resized(to.h, to.w), { attributes });
}

/** The root of the sum of squares along an axis, which stays with the size 1. */
export function reduceL2(scope: Scope, x: Value, axis: number): Value {
  const attributes = { keepdims: { int: 1 } };
  const result = { dtype: x.dtype, dims: x.dims.with(axis, 1) };
  return scope.node('ReduceL2', [x, scope.builder.ints([axis])], result, { attributes });
}

/** The mean of each channel of a map: [n, c, 1, 1]. */
export function globalAveragePool(scope: Scope, x: Value): Value {
  const [n = 0, c = 0] = x.dims;
  return scope.node('GlobalAveragePool', [x], { dtype: x.dtype, dims: [n, c, 1, 1] });
}

interface Normalized {
  readonly x: Value;
  readonly scale: Value;
  readonly bias: Value;
}

/** Over the last axis. */
export function layerNormalization(scope: Scope, inputs: Normalized, epsilon: number): Value {
  return normalization(scope, 'LayerNormalization', inputs, {
    over: inputs.x.dims.at(-1),
    attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
  });
}

/** Over all axes after the second. */
export function instanceNormalization(scope: Scope, inputs: Normalized, epsilon: number): Value {
  return normalization(scope, 'InstanceNormalization', inputs, {
    over: inputs.x.dims[1],
    attributes: { epsilon: { float: epsilon } },
  });
}

/** @param options `over`: the size that scale and bias have to have */
function normalization(
  scope: Scope,
  opType: string,
  { x, scale, bias }: Normalized,
  { over, attributes }: { readonly over: Dim | undefined; readonly attributes: Readonly<Record<string, Attribute>> },
): Value {
  requireOneType(scope, opType, [x, scale, bias]);
  if (over === undefined || !sameDims(scale.dims, [over]) || !sameDims(bias.dims, [over])) {
    throw wrong(scope, opType, `cannot take ${[x, scale, bias].map(showType).join(' with ')}`);
  }
  return scope.node(opType, [x, scale, bias], x, { attributes });
}

/** com.microsoft: x * sigmoid(alpha * x). */
export function quickGelu(scope: Scope, x: Value, alpha: number): Value {
  return scope.node('QuickGelu', [x], x, { domain: 'com.microsoft', attributes: { alpha: { float: alpha } } });
}

/** com.microsoft: softmax(q k^T / sqrt(head dim)) v; q [n, t, c], k and v [n, s, c]; `causal` hides later tokens. */
export function multiHeadAttention(
  scope: Scope,
  { query, key, value }: { readonly query: Value; readonly key: Value; readonly value: Value },
  options: { readonly numHeads: number; readonly causal: boolean },
): Value {
  requireOneType(scope, 'MultiHeadAttention', [query, key, value]);
  const [n, , c] = query.dims;
  const isFitting = sameDims(key.dims, value.dims) && key.dims[0] === n && key.dims[2] === c;
  if (!isFitting || typeof c !== 'number' || c % options.numHeads !== 0) {
    const got = [query, key, value].map(showType).join(', ');
    throw wrong(scope, 'MultiHeadAttention', `${options.numHeads} heads cannot take ${got}`);
  }
  // Scores, and the mix of values by them: each value of the result takes one of each for every token that is seen.
  const [, tokens] = key.dims;
  scope.builder.countWork(query, typeof tokens === 'number' ? 2 * tokens : 2);
  return scope.node('MultiHeadAttention', [query, key, value], query, {
    domain: 'com.microsoft',
    attributes: {
      num_heads: { int: options.numHeads },
      ...(options.causal ? { unidirectional: { int: 1 } } : {}),
    },
  });
}

function requireOneType(scope: Scope, opType: string, values: readonly Value[]): ElementType {
  const [first, ...others] = values;
  if (first === undefined || others.some(({ dtype }) => dtype !== first.dtype)) {
    throw wrong(scope, opType, `expected values of one type, got ${values.map(showType).join(' and ')}`);
  }
  return first.dtype;
}

function wrong({ path }: Scope, opType: string, problem: string): GraphError {
  return new GraphError(`${path}/${opType}`, problem);
}
