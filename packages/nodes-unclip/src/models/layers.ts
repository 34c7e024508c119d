import { isFloat8 } from '../onnx/external-data.js';
import { writtenIn } from '../onnx/formulations.js';
import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import { GraphError, showType, sizeOf, type Value } from '../onnx/value.js';
import { adaptedWeight, besideConv, besideLinear, rowsOf } from './adapters.js';
import { sizesForWinograd, winogradConv } from './winograd.js';

/** The sizes of a feature map [n, channels, h, w]; the batch may be known to the runtime only. @throws GraphError */
export function mapSizes(
  scope: Scope,
  x: Value,
): { readonly channels: number; readonly h: number; readonly w: number } {
  const [, channels, h, w] = x.dims;
  if (x.dims.length === 4 && typeof channels === 'number' && typeof h === 'number' && typeof w === 'number') {
    return { channels, h, w };
  }
  throw new GraphError(scope.path, `expected a feature map [n, c, h, w], got ${showType(x)}`);
}

/** torch.nn.Linear on the last axis. */
export function linear(
  scope: Scope,
  x: Value,
  size: { readonly from: number; readonly to: number; readonly bias?: boolean },
): Value {
  const layer = { dims: [size.to, size.from], rows: rowsOf(x.dims.slice(0, -1)) };
  const weight = adaptedWeight(scope, layer);
  const product =
    scope.builder.formulation.linear === 'fusedMatMul'
      ? ops.matMulTransposedB(scope, x, weight)
      : ops.matMul(scope, x, ops.transpose(scope, weight, [1, 0]));
  const biased = size.bias === false ? product : ops.add(scope, product, scope.weight('bias', [size.to]));
  return scope.result(besideLinear(scope, x, biased, layer));
}

/** torch.nn.Conv2d which keeps the size: padding is half the kernel. */
export function conv2d(
  scope: Scope,
  x: Value,
  to: { readonly channels: number; readonly kernel: 1 | 3; readonly bias?: boolean },
): Value {
  const { channels, kernel, bias = true } = to;
  return scope.result(adaptedConv(scope, x, { channels, bias, kernel, stride: 1, padding: (kernel - 1) / 2 }));
}

/** A convolution of any stride and padding. */
export function adaptedConv(
  scope: Scope,
  x: Value,
  { channels, bias, ...attributes }: ops.ConvAttributes & { readonly channels: number; readonly bias: boolean },
): Value {
  const { kernel, stride } = attributes;
  const { channels: from, h, w } = mapSizes(scope, x);
  const rows = rowsOf([x.dims[0] ?? 1, Math.ceil(h / stride), Math.ceil(w / stride)]);
  const layer = { dims: [channels, from, kernel, kernel], rows };
  const weight = adaptedWeight(scope, layer);
  const sizes = sizesForWinograd(scope, x, { channels, ...attributes });
  let result: Value;
  if (sizes === undefined) {
    result = ops.conv(scope, [x, weight, ...(bias ? [scope.weight('bias', [channels])] : [])], attributes);
  } else {
    result = winogradConv(scope, { x, weight }, sizes);
    if (bias) result = ops.add(scope, result, scope.weight('bias', [channels], [channels, 1, 1]));
  }
  return besideConv(scope, { x, result }, attributes, layer);
}

/** torch.nn.GroupNorm, as an instance normalization of the groups and then scale and bias for each channel. */
export function groupNorm(
  scope: Scope,
  x: Value,
  options: { readonly numGroups: number; readonly epsilon: number },
): Value {
  const { builder } = scope;
  const { channels, h, w } = mapSizes(scope, x);
  const { numGroups, epsilon } = options;
  // Always in float32: sums of squares over a whole map overflow half precision.
  const scale = builder.exactFloats([numGroups], new Float32Array(numGroups).fill(1));
  const bias = builder.exactFloats([numGroups], new Float32Array(numGroups));
  const groups = ops.reshape(scope, builder.toFloat32(x), [0, numGroups, -1]); // [n, groups, channels / groups * h * w]
  const normalized = builder.toPrecision(ops.instanceNormalization(scope, { x: groups, scale, bias }, epsilon));
  const map = ops.reshape(scope, normalized, [0, channels, h, w]);
  const scaled = ops.mul(scope, map, scope.weight('weight', [channels], [channels, 1, 1]));
  return scope.result(ops.add(scope, scaled, scope.weight('bias', [channels], [channels, 1, 1])));
}

/** torch.nn.LayerNorm over the last axis, of `features` values. */
export function layerNorm(
  scope: Scope,
  x: Value,
  { features, epsilon }: { readonly features: number; readonly epsilon: number },
): Value {
  const scale = scope.weight('weight', [features]);
  const bias = scope.weight('bias', [features]);
  return scope.result(ops.layerNormalization(scope, { x, scale, bias }, epsilon));
}

/** torch.nn.Embedding: rows of a table. Rows are cast after the look-up where the
 * device can, so that a half table is never unpacked whole. */
export function embedding(
  scope: Scope,
  ids: Value,
  table: { readonly rows: number; readonly features: number },
): Value {
  const dims = [table.rows, table.features];
  if (scope.builder.formulation.embedding === 'float') {
    return scope.result(ops.gather(scope, scope.weight('weight', dims), ids, 0));
  }
  const stored = scope.storedWeight('weight', dims);
  if (isFloat8(stored.dtype)) return scope.result(ops.gather(scope, scope.weight('weight', dims), ids, 0));
  const rows = ops.gather(scope, stored, ids, 0);
  const type = writtenIn(scope.builder.formulation);
  return scope.result(rows.dtype === type ? rows : ops.cast(scope, rows, type));
}

export function silu(scope: Scope, x: Value): Value {
  if (scope.builder.formulation.silu === 'quickGelu') return ops.quickGelu(scope, x, 1);
  return ops.mul(scope, x, ops.sigmoid(scope, x));
}

/** The exact GELU: x * (1 + erf(x / sqrt(2))) / 2. */
export function gelu(scope: Scope, x: Value): Value {
  if (scope.builder.formulation.gelu === 'gelu20') return ops.gelu(scope, x);
  const scaled = ops.mul(scope, x, scalar(scope, Math.SQRT1_2));
  const cdf = ops.add(scope, ops.erf(scope, scaled), scalar(scope, 1));
  return ops.mul(scope, ops.mul(scope, x, cdf), scalar(scope, 0.5));
}

/** OpenAI CLIP's approximation of GELU: x * sigmoid(1.702 x). */
export function quickGelu(scope: Scope, x: Value): Value {
  if (scope.builder.formulation.silu === 'quickGelu') return ops.quickGelu(scope, x, 1.702);
  return ops.mul(scope, x, ops.sigmoid(scope, ops.mul(scope, x, scalar(scope, 1.702))));
}

/**
 * Scaled dot-product attention of several heads.
 *
 * @param inputs query [n, t, c]; key and value [n, s, c]
 * @param options `causalTokens`: t of a causal self-attention, `null` if every token sees all; `mask`: added to the
 *   scores, [n or 1, heads or 1, t, s]
 * @returns [n, t, c]
 */
export function attention(
  scope: Scope,
  inputs: { readonly query: Value; readonly key: Value; readonly value: Value },
  options: {
    readonly numHeads: number;
    readonly channels: number;
    readonly causalTokens: number | null;
    readonly mask?: Value;
  },
): Value {
  const { numHeads, channels, causalTokens, mask } = options;
  const { attention: form, queriesUnlikeHeads } = scope.builder.formulation;
  const [n, t] = inputs.query.dims;
  if (queriesUnlikeHeads && t === numHeads && typeof n === 'number' && causalTokens === null && mask === undefined) {
    const query = ops.concat(scope, [inputs.query, zeros(scope, [n, 1, channels])], 1);
    return ops.slice(scope, attention(scope, { ...inputs, query }, options), { axis: 1, from: 0, to: t });
  }
  if (form === 'mha' && mask === undefined) {
    return ops.multiHeadAttention(scope, inputs, { numHeads, causal: causalTokens !== null });
  }
  const headDim = channels / numHeads;
  const { builder } = scope;
  const heads = (x: Value) => ops.reshape(scope, x, [0, 0, numHeads, headDim]);
  const query = ops.mul(scope, inputs.query, scalar(scope, 1 / Math.sqrt(headDim)));
  // Scores and softmax are always in float32: those of Stable Diffusion 2.1 overflow half precision, which is why its
  // configs have `upcast_attention`.
  const queries = builder.toFloat32(ops.transpose(scope, heads(query), [0, 2, 1, 3]));
  const keys = builder.toFloat32(ops.transpose(scope, heads(inputs.key), [0, 2, 3, 1]));
  const transposedValues = () => ops.transpose(scope, heads(inputs.value), [0, 2, 1, 3]);
  const attend = (part: Value, values?: Value) => {
    let scores = ops.matMul(scope, part, keys); // [n, heads, t, s]
    if (mask !== undefined) scores = ops.add(scope, scores, builder.toFloat32(mask));
    if (causalTokens !== null) scores = ops.add(scope, scores, causalMask(scope, causalTokens));
    const shares = builder.toPrecision(ops.softmax(scope, scores, -1));
    return ops.matMul(scope, shares, values ?? transposedValues());
  };
  const isWhole = mask !== undefined || causalTokens !== null;
  const sizes = isWhole ? [] : partsOfQueries(queries, keys, builder.formulation.maxScoreBytes);
  const attendInParts = () => {
    const values = transposedValues();
    const parts = ops.split(scope, queries, 2, sizes);
    return ops.concat(
      scope,
      parts.map((part) => attend(part, values)),
      2,
    );
  };
  const mixed = sizes.length > 1 ? attendInParts() : attend(queries); // [n, heads, t, headDim]
  return ops.reshape(scope, ops.transpose(scope, mixed, [0, 2, 1, 3]), [0, 0, channels]);
}

/**
 * How many queries attention processes at a time, so that its scores stay small. Each query has its own scores, so the
 * results are the same. At 768 px all scores of the first level of Stable Diffusion 2 would take 3.4 GB.
 *
 * @param queries [n, heads, t, d]
 * @param keys [n, heads, d, s]
 */
function partsOfQueries(queries: Value, keys: Value, maxScoreBytes = Number.POSITIVE_INFINITY): readonly number[] {
  const [n, heads, t] = queries.dims;
  const s = keys.dims[3];
  if (typeof t !== 'number') return [];
  const rowBytes = 4 * sizeOf([n ?? 1, heads ?? 1, s ?? 1]);
  const most = Math.max(Math.floor(maxScoreBytes / rowBytes), 1);
  const pieces = Math.ceil(t / most);
  return Array.from({ length: pieces }, (_, i) => Math.floor(((i + 1) * t) / pieces) - Math.floor((i * t) / pieces));
}

/** [tokens, tokens]: 0 where a row's token may look, a number that softmax turns to 0 where it may not. */
function causalMask(scope: Scope, tokens: number): Value {
  const mask = new Float32Array(tokens * tokens);
  for (let row = 0; row < tokens; row++) mask.fill(-1e30, row * tokens + row + 1, (row + 1) * tokens);
  return scope.builder.exactFloats([tokens, tokens], mask);
}

function zeros(scope: Scope, dims: readonly number[]): Value {
  return scope.builder.floats(dims, new Float32Array(sizeOf(dims)));
}

export function scalar(scope: Scope, value: number): Value {
  return scope.builder.floats([], Float32Array.of(value));
}
