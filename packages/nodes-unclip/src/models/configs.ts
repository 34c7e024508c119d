import type { ConfigReader } from './config-reader.js';

// Values are read from the folder and never assumed; where a key may be left out, the default is the one of
// diffusers 0.42.1 or transformers 5.23, because their files leave out what equals it.

/** What the two CLIP towers have in common. */
export interface ClipEncoderConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly layerNormEps: number;
  readonly hiddenAct: 'gelu' | 'quick_gelu';
}

export interface ClipVisionConfig extends ClipEncoderConfig {
  /** Side of the square input in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly numChannels: number;
  /** Patches and the class token. */
  readonly numPositions: number;
  readonly projectionDim: number;
}

export interface ClipTextConfig extends ClipEncoderConfig {
  readonly vocabSize: number;
  readonly maxPositionEmbeddings: number;
}

export interface VaeConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  /** Widths from full resolution to the deepest level. */
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly normNumGroups: number;
  readonly scalingFactor: number;
  readonly useQuantConv: boolean;
  readonly usePostQuantConv: boolean;
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readClipVisionConfig(reader: ConfigReader): ClipVisionConfig {
  const imageSize = reader.positiveInteger('image_size', 224);
  const patchSize = reader.positiveInteger('patch_size', 32);
  const patchesPerSide = Math.floor(imageSize / patchSize);
  return reader.finish({
    ...clipEncoderConfig(reader, { hiddenSize: 768, intermediateSize: 3072, numAttentionHeads: 12 }),
    imageSize,
    patchSize,
    numChannels: reader.positiveInteger('num_channels', 3),
    numPositions: patchesPerSide * patchesPerSide + 1,
    projectionDim: reader.positiveInteger('projection_dim', 512),
  });
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readClipTextConfig(reader: ConfigReader): ClipTextConfig {
  return reader.finish({
    ...clipEncoderConfig(reader, { hiddenSize: 512, intermediateSize: 2048, numAttentionHeads: 8 }),
    vocabSize: reader.positiveInteger('vocab_size', 49408),
    maxPositionEmbeddings: reader.positiveInteger('max_position_embeddings', 77),
  });
}

/** @throws CheckpointError naming the file and each key that is missing, broken or not supported */
export function readVaeConfig(reader: ConfigReader): VaeConfig {
  const blockOutChannels = reader.positiveIntegers('block_out_channels');
  const levels = blockOutChannels.length;
  const normNumGroups = reader.positiveInteger('norm_num_groups', 32);
  reader.oneMeaning('act_fn', ['silu', 'swish']);
  reader.oneOfPerLevel('down_block_types', levels, ['DownEncoderBlock2D']);
  reader.oneOfPerLevel('up_block_types', levels, ['UpDecoderBlock2D']);
  reader.unusedList('latents_mean', 0);
  reader.unusedList('latents_std', 1);
  reader.unused('shift_factor', 0);
  reader.unused('mid_block_add_attention', true);
  requireGroups(reader, blockOutChannels, normNumGroups);
  return reader.finish({
    inChannels: reader.positiveInteger('in_channels', 3),
    outChannels: reader.positiveInteger('out_channels', 3),
    latentChannels: reader.positiveInteger('latent_channels', 4),
    blockOutChannels,
    layersPerBlock: reader.positiveInteger('layers_per_block', 1),
    normNumGroups,
    scalingFactor: reader.positiveNumber('scaling_factor', 0.18215),
    useQuantConv: reader.boolean('use_quant_conv', true),
    usePostQuantConv: reader.boolean('use_post_quant_conv', true),
  });
}

function clipEncoderConfig(
  reader: ConfigReader,
  defaults: { readonly hiddenSize: number; readonly intermediateSize: number; readonly numAttentionHeads: number },
): ClipEncoderConfig {
  const hiddenSize = reader.positiveInteger('hidden_size', defaults.hiddenSize);
  const numAttentionHeads = reader.positiveInteger('num_attention_heads', defaults.numAttentionHeads);
  reader.require(
    hiddenSize % numAttentionHeads === 0,
    `"hidden_size": expected a multiple of "num_attention_heads" (${numAttentionHeads}), got ${hiddenSize}`,
  );
  return {
    hiddenSize,
    intermediateSize: reader.positiveInteger('intermediate_size', defaults.intermediateSize),
    numHiddenLayers: reader.positiveInteger('num_hidden_layers', 12),
    numAttentionHeads,
    layerNormEps: reader.positiveNumber('layer_norm_eps', 1e-5),
    hiddenAct: reader.oneOf('hidden_act', ['gelu', 'quick_gelu'], 'quick_gelu'),
  };
}

/** Demands that channels can be normalized in groups. */
export function requireGroups(reader: ConfigReader, channels: readonly number[], numGroups: number): void {
  const odd = channels.find((count) => count % numGroups !== 0);
  reader.require(
    odd === undefined,
    `"block_out_channels": expected multiples of "norm_num_groups" (${numGroups}), got ${odd}`,
  );
}
