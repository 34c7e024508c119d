import type { GraphBuilder, Scope } from '../onnx/graph-builder.js';
import * as ops from '../onnx/ops.js';
import type { Value } from '../onnx/value.js';
import type { ConfigReader } from './config-reader.js';
import { attention, gelu, layerNorm, linear } from './layers.js';

// After diffusers 0.42.1, models/embeddings.py, ImageProjection and IPAdapterPlusImageProjection, which follow tencent-ailab/IP-Adapter.

const EPSILON = 1e-5;

/** An IP-Adapter for a UNet with one kind of cross attention. */
export interface IpAdapterConfig {
  /** Its input from an image: the embedding, or each token of the image encoder's last layer but one. */
  readonly imageWidth: number;
  /** The width of its output tokens, which is that of the UNet's text. */
  readonly crossAttentionDim: number;
  /** How many it makes of an image. */
  readonly tokens: number;
  /** Channels of the UNet's cross attentions, in the order of the adapter's keys. */
  readonly attentions: readonly number[];
  /** For "plus" adapters, which read the tokens of an image; `null` for those that read its embedding. */
  readonly resampler: Resampler | null;
}

interface Resampler {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Of all heads together. */
  readonly attentionWidth: number;
  readonly feedForwardWidth: number;
}

/** @throws CheckpointError naming the file and each key that is missing or broken */
export function readIpAdapterConfig(reader: ConfigReader): IpAdapterConfig {
  const hasResampler = !reader.isNull('resampler_width');
  return reader.finish({
    imageWidth: reader.positiveInteger('image_width'),
    crossAttentionDim: reader.positiveInteger('cross_attention_dim'),
    tokens: reader.positiveInteger('tokens'),
    attentions: reader.positiveIntegers('attentions'),
    resampler: hasResampler
      ? {
          width: reader.positiveInteger('resampler_width'),
          layers: reader.positiveInteger('resampler_layers'),
          heads: reader.positiveInteger('resampler_heads'),
          attentionWidth: reader.positiveInteger('attention_width'),
          feedForwardWidth: reader.positiveInteger('feed_forward_width'),
        }
      : null,
  });
}

/** Width of what {@link buildIpAdapter} gives for each token: keys and values of all cross attentions, side by side. */
function imagePromptWidth({ attentions }: Pick<IpAdapterConfig, 'attentions'>): number {
  return attentions.reduce((sum, channels) => sum + 2 * channels, 0);
}

export interface IpAdapterShape {
  /** The number of tokens per image that a resampler reads; 1 for an adapter that reads embeddings. */
  readonly imageTokens: number;
}

/**
 * What an IP-Adapter makes from images: the keys and values that a UNet's cross attentions use in addition to those of
 * the text.
 *
 * Input: `image_embeds` float32 [n, imageWidth], or [n, imageTokens, imageWidth] for a resampler; n can differ in each
 * run.
 * Output: `image_prompt` float32 [n, tokens, width]: for each cross attention, in the order of keys, first its keys,
 * then its values.
 */
export function buildIpAdapter(builder: GraphBuilder, config: IpAdapterConfig, { imageTokens }: IpAdapterShape): void {
  const { imageWidth, crossAttentionDim, attentions, resampler } = config;
  const dims = resampler === null ? ['n', imageWidth] : ['n', imageTokens, imageWidth];
  const image = builder.input('image_embeds', 'float32', dims);
  const scope = builder.root().child('image_proj');
  const tokens = scope.result(
    resampler === null ? projectEmbeds(scope, image, config) : resample(scope, image, { ...config, resampler }),
  );
  const sides = attentions.flatMap((channels, i) => {
    // The others belong to the self attentions, which have no weights here.
    const attention = builder.root().child(`ip_adapter.${2 * i + 1}`);
    const size = { from: crossAttentionDim, to: channels, bias: false };
    return [linear(attention.child('to_k_ip'), tokens, size), linear(attention.child('to_v_ip'), tokens, size)];
  });
  const all = ops.concat(builder.root(), sides, 2);
  builder.output('image_prompt', all, ['n', config.tokens, imagePromptWidth(config)]);
}

/** ImageProjection: one linear layer to all tokens. */
function projectEmbeds(scope: Scope, embeds: Value, { imageWidth, crossAttentionDim, tokens }: IpAdapterConfig): Value {
  const all = linear(scope.child('proj'), embeds, { from: imageWidth, to: tokens * crossAttentionDim });
  const rows = ops.reshape(scope, all, [0, tokens, crossAttentionDim]);
  return layerNorm(scope.child('norm'), rows, { features: crossAttentionDim, epsilon: EPSILON });
}

type ResamplerConfig = IpAdapterConfig & { readonly resampler: Resampler };

/** IPAdapterPlusImageProjection, a Perceiver: queries that were learned look at the tokens of the image, layer by layer. */
function resample(scope: Scope, image: Value, config: ResamplerConfig): Value {
  const { imageWidth, crossAttentionDim, tokens, resampler } = config;
  const { width } = resampler;
  const { builder } = scope;
  // 1: the image's tokens, and the queries, the same for each image
  const seen = linear(scope.child('proj_in'), image, { from: imageWidth, to: width });
  const queries = scope.weight('latents', [1, tokens, width]);
  const [n = 0] = image.dims;
  const sizes = ops.concat(scope, [ops.shape(scope, image, { start: 0, end: 1 }), builder.ints([tokens, width])], 0);
  let x = ops.expand(scope, queries, sizes, [n, tokens, width]);
  // 2: the layers
  for (let layer = 0; layer < resampler.layers; layer++) {
    const inside = scope.child(`layers.${layer}`);
    x = ops.add(scope, perceive(inside.child('0'), x, { seen, resampler }), x);
    x = ops.add(scope, feedForward(inside.child('1'), x, resampler), x);
  }
  // 3: out
  const projected = linear(scope.child('proj_out'), x, { from: width, to: crossAttentionDim });
  return layerNorm(scope.child('norm_out'), projected, { features: crossAttentionDim, epsilon: EPSILON });
}

/** The queries look at the image and at each other. */
function perceive(
  scope: Scope,
  queries: Value,
  { seen, resampler }: { readonly seen: Value; readonly resampler: Resampler },
): Value {
  const { width, heads: numHeads, attentionWidth } = resampler;
  const options = { features: width, epsilon: EPSILON };
  const normedImage = layerNorm(scope.child('norm1'), seen, options);
  const normedQueries = layerNorm(scope.child('norm2'), queries, options);
  const context = ops.concat(scope, [normedImage, normedQueries], 1);
  const query = linear(scope.child('to_q'), normedQueries, { from: width, to: attentionWidth, bias: false });
  const both = linear(scope.child('to_kv'), context, { from: width, to: 2 * attentionWidth, bias: false });
  const [key, value] = ops.splitInHalves(scope, both, -1);
  const mixed = attention(scope, { query, key, value }, { numHeads, channels: attentionWidth, causalTokens: null });
  return linear(scope.child('to_out'), mixed, { from: attentionWidth, to: width, bias: false });
}

function feedForward(scope: Scope, x: Value, { width, feedForwardWidth }: Resampler): Value {
  const normed = layerNorm(scope.child('0'), x, { features: width, epsilon: EPSILON });
  const wide = linear(scope.child('1'), normed, { from: width, to: feedForwardWidth, bias: false });
  return linear(scope.child('3'), gelu(scope, wide), { from: feedForwardWidth, to: width, bias: false });
}
