import { ELEMENT_TYPE, type ElementType } from './external-data.js';
import type { NodeOptions, Scope, Value } from './graph-builder.js';

// One function per ONNX operator used, with just the attributes used. Operators of ai.onnx are described in
// onnx/onnx v1.17 docs/Operators.md, those of com.microsoft in onnxruntime v1.23 docs/ContribOperators.md.

function single(scope: Scope, opType: string, inputs: readonly Value[], options?: NodeOptions): Value {
  const [value] = scope.node(opType, inputs, options);
  if (value === undefined) throw new Error(`Internal error: ${opType} gave no output`);
  return value;
}

export const add = (scope: Scope, a: Value, b: Value): Value => single(scope, 'Add', [a, b]);
export const mul = (scope: Scope, a: Value, b: Value): Value => single(scope, 'Mul', [a, b]);
export const div = (scope: Scope, a: Value, b: Value): Value => single(scope, 'Div', [a, b]);
export const sin = (scope: Scope, x: Value): Value => single(scope, 'Sin', [x]);
export const cos = (scope: Scope, x: Value): Value => single(scope, 'Cos', [x]);
export const erf = (scope: Scope, x: Value): Value => single(scope, 'Erf', [x]);
export const sigmoid = (scope: Scope, x: Value): Value => single(scope, 'Sigmoid', [x]);
/** The exact form with erf, not the tanh approximation. */
export const gelu = (scope: Scope, x: Value): Value => single(scope, 'Gelu', [x]);
export const matMul = (scope: Scope, a: Value, b: Value): Value => single(scope, 'MatMul', [a, b]);

export function cast(scope: Scope, x: Value, to: ElementType): Value {
  return single(scope, 'Cast', [x], { attributes: { to: { int: ELEMENT_TYPE[to] } } });
}

export function concat(scope: Scope, values: readonly Value[], axis: number): Value {
  return single(scope, 'Concat', values, { attributes: { axis: { int: axis } } });
}

/** Cuts an axis into two halves of equal size. */
export function splitInHalves(scope: Scope, x: Value, axis: number): readonly [Value, Value] {
  const [first, second] = scope.node('Split', [x], {
    attributes: { axis: { int: axis }, num_outputs: { int: 2 } },
    numOutputs: 2,
  });
  if (first === undefined || second === undefined) throw new Error('Internal error: Split has two outputs');
  return [first, second];
}

/** @param dims 0 keeps the size of the same axis, -1 takes what is left */
export function reshape(scope: Scope, x: Value, dims: readonly number[]): Value {
  return single(scope, 'Reshape', [x, scope.builder.ints(dims)]);
}

export function transpose(scope: Scope, x: Value, perm: readonly number[]): Value {
  return single(scope, 'Transpose', [x], { attributes: { perm: { ints: perm } } });
}

/** The sizes of the axes `start` to `end` (exclusive), int64 [end - start]. */
export function shape(scope: Scope, x: Value, axes: { readonly start: number; readonly end: number }): Value {
  return single(scope, 'Shape', [x], { attributes: { start: { int: axes.start }, end: { int: axes.end } } });
}

export function expand(scope: Scope, x: Value, dims: Value): Value {
  return single(scope, 'Expand', [x, dims]);
}

/** Picks `indices` along `axis`: a whole row for an index tensor, the axis itself away for a scalar. */
export function gather(scope: Scope, x: Value, indices: Value, axis: number): Value {
  return single(scope, 'Gather', [x, indices], { attributes: { axis: { int: axis } } });
}

/** Of each batch entry the row at its own position. @param x [n, t, d]; positions int64 [n, 1]; -> [n, d] */
export function gatherRows(scope: Scope, x: Value, positions: Value): Value {
  return single(scope, 'GatherND', [x, positions], { attributes: { batch_dims: { int: 1 } } });
}

export function softmax(scope: Scope, x: Value, axis: number): Value {
  return single(scope, 'Softmax', [x], { attributes: { axis: { int: axis } } });
}

export interface ConvAttributes {
  readonly kernel: number;
  readonly stride: number;
  /** On all four sides, or top, left, bottom and right. */
  readonly padding: number | readonly [number, number, number, number];
}

/** @param inputs x [n, c, h, w], weight [out, c, kernel, kernel], optional bias [out] */
export function conv(scope: Scope, inputs: readonly Value[], { kernel, stride, padding }: ConvAttributes): Value {
  return single(scope, 'Conv', inputs, {
    attributes: {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: typeof padding === 'number' ? [padding, padding, padding, padding] : padding },
    },
  });
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
  if ('scale' in to) {
    const scales = builder.exactFloats([4], Float32Array.of(1, 1, to.scale, to.scale));
    return single(scope, 'Resize', [x, '', scales], { attributes: nearest });
  }
  const sizes = builder.ints([to.h, to.w]);
  return single(scope, 'Resize', [x, '', '', sizes], { attributes: { ...nearest, axes: { ints: [2, 3] } } });
}

/** Over the last axis. */
export function layerNormalization(
  scope: Scope,
  inputs: { readonly x: Value; readonly scale: Value; readonly bias: Value },
  epsilon: number,
): Value {
  return single(scope, 'LayerNormalization', [inputs.x, inputs.scale, inputs.bias], {
    attributes: { axis: { int: -1 }, epsilon: { float: epsilon } },
  });
}

/** Over all axes after the second. */
export function instanceNormalization(
  scope: Scope,
  inputs: { readonly x: Value; readonly scale: Value; readonly bias: Value },
  epsilon: number,
): Value {
  return single(scope, 'InstanceNormalization', [inputs.x, inputs.scale, inputs.bias], {
    attributes: { epsilon: { float: epsilon } },
  });
}

/** com.microsoft: x * sigmoid(alpha * x). */
export function quickGelu(scope: Scope, x: Value, alpha: number): Value {
  return single(scope, 'QuickGelu', [x], { domain: 'com.microsoft', attributes: { alpha: { float: alpha } } });
}

/** com.microsoft: a times b transposed, b being [out, in]. */
export function matMulTransposedB(scope: Scope, a: Value, b: Value): Value {
  return single(scope, 'FusedMatMul', [a, b], { domain: 'com.microsoft', attributes: { transB: { int: 1 } } });
}

/** com.microsoft: softmax(q k^T / sqrt(head dim)) v; q [n, t, c], k and v [n, s, c]; `causal` hides later tokens. */
export function multiHeadAttention(
  scope: Scope,
  inputs: { readonly query: Value; readonly key: Value; readonly value: Value },
  options: { readonly numHeads: number; readonly causal: boolean },
): Value {
  return single(scope, 'MultiHeadAttention', [inputs.query, inputs.key, inputs.value], {
    domain: 'com.microsoft',
    attributes: {
      num_heads: { int: options.numHeads },
      ...(options.causal ? { unidirectional: { int: 1 } } : {}),
    },
  });
}
