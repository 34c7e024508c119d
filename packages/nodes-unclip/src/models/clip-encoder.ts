import type { Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import type { ClipEncoderConfig } from './configs.js';
import { attention, gelu, layerNorm, linear, quickGelu } from './layers.js';

/**
 * The first `numLayers` layers of CLIPEncoder, after transformers 5.23, models/clip/modeling_clip.py.
 *
 * @param x [n, t, hiddenSize]
 * @param options `causalTokens`: t when a token sees only those before it (text), `null` when it sees all (image)
 * @returns [n, t, hiddenSize]
 */
export function clipEncoder(
  scope: Scope,
  x: Value,
  options: {
    readonly config: ClipEncoderConfig;
    readonly numLayers: number;
    readonly causalTokens: number | null;
  },
): Value {
  let hidden = x;
  for (let layer = 0; layer < options.numLayers; layer++) {
    hidden = encoderLayer(scope.child(`layers.${layer}`), hidden, options);
  }
  return hidden;
}

/** CLIPEncoderLayer: x + attention(norm(x)), then x + mlp(norm(x)). */
function encoderLayer(
  scope: Scope,
  x: Value,
  { config, causalTokens }: { readonly config: ClipEncoderConfig; readonly causalTokens: number | null },
): Value {
  const layerNormOptions = { features: config.hiddenSize, epsilon: config.layerNormEps };
  const attentionInput = layerNorm(scope.child('layer_norm1'), x, layerNormOptions);
  const attended = ops.add(scope, x, selfAttention(scope.child('self_attn'), attentionInput, { config, causalTokens }));
  const mlpInput = layerNorm(scope.child('layer_norm2'), attended, layerNormOptions);
  return scope.result(ops.add(scope, attended, mlp(scope.child('mlp'), mlpInput, config)));
}

function selfAttention(
  scope: Scope,
  x: Value,
  { config, causalTokens }: { readonly config: ClipEncoderConfig; readonly causalTokens: number | null },
): Value {
  const { hiddenSize: channels, numAttentionHeads: numHeads } = config;
  const project = (name: string, from: Value) => linear(scope.child(name), from, { from: channels, to: channels });
  const inputs = { query: project('q_proj', x), key: project('k_proj', x), value: project('v_proj', x) };
  return project('out_proj', attention(scope, inputs, { numHeads, channels, causalTokens }));
}

function mlp(scope: Scope, x: Value, { hiddenSize, intermediateSize, hiddenAct }: ClipEncoderConfig): Value {
  const wide = linear(scope.child('fc1'), x, { from: hiddenSize, to: intermediateSize });
  const activated = hiddenAct === 'gelu' ? gelu(scope, wide) : quickGelu(scope, wide);
  return linear(scope.child('fc2'), activated, { from: intermediateSize, to: hiddenSize });
}
