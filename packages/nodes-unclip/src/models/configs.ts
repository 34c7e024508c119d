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

export interface UnetConfig {
  /** Side of the square latent in cells which the model was trained for. */
  readonly sampleSize: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Widths from the outermost level to the deepest. */
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  /** A count a level; diffusers keeps it under the name `attention_head_dim`. */
  readonly numAttentionHeads: readonly number[];
  readonly crossAttentionDim: number;
  readonly downBlockHasAttention: readonly boolean[];
  /** In the order of the up blocks: the deepest first. */
  readonly upBlockHasAttention: readonly boolean[];
  readonly normNumGroups: number;
  readonly normEps: number;
  readonly useLinearProjection: boolean;
  readonly timeEmbedDim: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  /** Width of `class_labels`; `null` for a model without class embedding. */
  readonly classEmbedDim: number | null;
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
export function readUnetConfig(reader: ConfigReader): UnetConfig {
  const blockOutChannels = reader.positiveIntegers('block_out_channels');
  const levels = blockOutChannels.length;
  reader.takeRepeated(UNET_PER_LEVEL, levels);
  for (const key of UNET_UNSUPPORTED) reader.unused(key);
  for (const [key, neutral] of UNET_FIXED) reader.unused(key, neutral);
  reader.oneMeaning('act_fn', ['silu', 'swish']);
  const numAttentionHeads = reader.positiveIntegerPerLevel('attention_head_dim', levels, 8);
  const normNumGroups = reader.positiveInteger('norm_num_groups', 32);
  reader.oneOf('mid_block_type', ['UNetMidBlock2DCrossAttn'], 'UNetMidBlock2DCrossAttn');
  const hasClass = !reader.isNull('class_embed_type');
  if (hasClass) reader.oneOf('class_embed_type', ['projection']);
  const down = reader.oneOfPerLevel('down_block_types', levels, ['CrossAttnDownBlock2D', 'DownBlock2D']);
  const up = reader.oneOfPerLevel('up_block_types', levels, ['CrossAttnUpBlock2D', 'UpBlock2D']);
  requireGroups(reader, blockOutChannels, normNumGroups);
  blockOutChannels.forEach((channels, level) => {
    const heads = numAttentionHeads[level] ?? 1;
    reader.require(channels % heads === 0, `${channels} channels of level ${level} do not share out to ${heads} heads`);
  });
  const [firstChannels = 2] = blockOutChannels;
  reader.require(firstChannels % 2 === 0, '"block_out_channels": expected an even first number');
  return reader.finish({
    sampleSize: reader.positiveInteger('sample_size'),
    inChannels: reader.positiveInteger('in_channels', 4),
    outChannels: reader.positiveInteger('out_channels', 4),
    blockOutChannels,
    layersPerBlock: reader.positiveInteger('layers_per_block', 2),
    numAttentionHeads,
    crossAttentionDim: reader.positiveInteger('cross_attention_dim', 1280),
    downBlockHasAttention: down.map((type) => type === 'CrossAttnDownBlock2D'),
    upBlockHasAttention: up.map((type) => type === 'CrossAttnUpBlock2D'),
    normNumGroups,
    normEps: reader.positiveNumber('norm_eps', 1e-5),
    useLinearProjection: reader.boolean('use_linear_projection', false),
    timeEmbedDim: reader.positiveInteger('time_embedding_dim', 4 * firstChannels),
    flipSinToCos: reader.boolean('flip_sin_to_cos', true),
    freqShift: reader.number('freq_shift', 0),
    classEmbedDim: hasClass ? reader.positiveInteger('projection_class_embeddings_input_dim') : null,
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

// Options of UNet2DConditionModel that add or change layers and that no unCLIP model uses.
const UNET_UNSUPPORTED = [
  'addition_embed_type',
  'cross_attention_norm',
  'encoder_hid_dim',
  'encoder_hid_dim_type',
  'mid_block_only_cross_attention',
  'num_attention_heads',
  'num_class_embeds',
  'reverse_transformer_layers_per_block',
  'time_cond_proj_dim',
  'time_embedding_act_fn',
  'timestep_post_act',
] as const;

/** One value for all levels, or a list of one a level. */
const UNET_PER_LEVEL = [
  'attention_head_dim',
  'cross_attention_dim',
  'layers_per_block',
  'only_cross_attention',
  'transformer_layers_per_block',
] as const;

const UNET_FIXED = [
  ['attention_type', 'default'],
  ['center_input_sample', false],
  ['class_embeddings_concat', false],
  ['conv_in_kernel', 3],
  ['conv_out_kernel', 3],
  ['downsample_padding', 1],
  ['dual_cross_attention', false],
  ['mid_block_scale_factor', 1],
  ['only_cross_attention', false],
  ['resnet_out_scale_factor', 1],
  ['resnet_skip_time_act', false],
  ['resnet_time_scale_shift', 'default'],
  ['time_embedding_type', 'positional'],
  ['transformer_layers_per_block', 1],
] as const;

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

function requireGroups(reader: ConfigReader, channels: readonly number[], numGroups: number): void {
  const odd = channels.find((count) => count % numGroups !== 0);
  reader.require(
    odd === undefined,
    `"block_out_channels": expected multiples of "norm_num_groups" (${numGroups}), got ${odd}`,
  );
}
