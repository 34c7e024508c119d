import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import { clipEncoder } from './clip-encoder.js';
import type { ClipVisionConfig } from './configs.js';
import { layerNorm, linear } from './layers.js';

/**
 * CLIPVisionModelWithProjection, after transformers 5.23, models/clip/modeling_clip.py.
 *
 * Input: `pixel_values` float32 [n, 3, S, S], normalised; n is free at each run.
 * Output: `image_embeds` float32 [n, projectionDim], not of length 1.
 */
export function buildClipVision(builder: GraphBuilder, config: ClipVisionConfig): void {
  const { imageSize, numChannels, hiddenSize, projectionDim, layerNormEps } = config;
  const scope = builder.root().child('vision_model');
  const layerNormOptions = { features: hiddenSize, epsilon: layerNormEps };
  const pixels = builder.input('pixel_values', 'float32', ['n', numChannels, imageSize, imageSize]);

  let tokens = embeddings(scope.child('embeddings'), pixels, config); // [n, t, d]
  tokens = layerNorm(scope.child('pre_layrnorm'), tokens, layerNormOptions); // (sic)
  const { numHiddenLayers: numLayers } = config;
  tokens = clipEncoder(scope.child('encoder'), tokens, { config, numLayers, causalTokens: null });
  scope.result(tokens);
  // Only the class token speaks for the image.
  const pooled = ops.gather(scope, tokens, builder.ints([0]), 1); // [n, 1, d]
  const classToken = ops.reshape(scope, pooled, [0, hiddenSize]);
  const normed = layerNorm(scope.child('post_layernorm'), classToken, layerNormOptions);
  const projection = { from: hiddenSize, to: projectionDim, bias: false };
  const embeds = linear(builder.root().child('visual_projection'), normed, projection);
  builder.output('image_embeds', embeds, ['n', projectionDim]);
}

/** CLIPVisionEmbeddings: a class token, then the patches row by row, plus a position each; -> [n, t, d]. */
function embeddings(scope: Scope, pixels: Value, config: ClipVisionConfig): Value {
  const { hiddenSize, patchSize, numChannels } = config;
  const patchScope = scope.child('patch_embedding');
  const kernel = patchScope.weight('weight', [hiddenSize, numChannels, patchSize, patchSize]);
  const map = ops.conv(patchScope, [pixels, kernel], { kernel: patchSize, stride: patchSize, padding: 0 });
  const patches = ops.transpose(scope, ops.reshape(scope, map, [0, hiddenSize, -1]), [0, 2, 1]);

  const oneClassToken = scope.weight('class_embedding', [hiddenSize], [1, 1, hiddenSize]);
  const [n = 0] = pixels.dims;
  const batch = ops.shape(scope, pixels, { start: 0, end: 1 });
  const perImage = ops.concat(scope, [batch, scope.builder.ints([1, hiddenSize])], 0);
  const tokens = ops.concat(scope, [ops.expand(scope, oneClassToken, perImage, [n, 1, hiddenSize]), patches], 1);
  const positions = scope.child('position_embedding').weight('weight', [config.numPositions, hiddenSize]);
  return scope.result(ops.add(scope, tokens, positions));
}
