import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { linear, silu } from './layers.js';

// After diffusers 0.42.1, models/embeddings.py.

/**
 * Timesteps: float32 [1] -> [1, width], in float32 up to the result: an angle of 999 has no fraction in half precision.
 *   w_j = exp(-ln(10000) * j / (half - freqShift));  [cos(t * w), sin(t * w)], or sine first
 *
 * @param options `width`: even
 */
export function timestepSinusoid(
  scope: Scope,
  timestep: Value,
  options: { readonly width: number; readonly flipSinToCos: boolean; readonly freqShift: number },
): Value {
  const half = options.width / 2;
  const minusLog = Math.fround(-Math.log(10000));
  const frequencies = Float32Array.from({ length: half }, (_, j) =>
    Math.exp(Math.fround(Math.fround(minusLog * j) / (half - options.freqShift))),
  );
  const angles = ops.mul(
    scope,
    ops.reshape(scope, timestep, [1, 1]),
    scope.builder.exactFloats([1, half], frequencies),
  );
  const cosine = ops.cos(scope, angles);
  const sine = ops.sin(scope, angles);
  const both = ops.concat(scope, options.flipSinToCos ? [cosine, sine] : [sine, cosine], 1);
  return scope.result(scope.builder.toPrecision(both));
}

/**
 * TimestepEmbedding: Linear, SiLU, Linear.
 *
 * @param size `from`: of `x`; `to`: after the first layer; `out`: of the result, `to` when left out
 */
export function timestepEmbedding(
  scope: Scope,
  x: Value,
  size: { readonly from: number; readonly to: number; readonly out?: number },
): Value {
  const { from, to, out = to } = size;
  const hidden = silu(scope, linear(scope.child('linear_1'), x, { from, to }));
  return scope.result(linear(scope.child('linear_2'), hidden, { from: to, to: out }));
}
