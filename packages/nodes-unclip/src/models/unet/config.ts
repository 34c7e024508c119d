import type { ConfigReader } from '../config-reader.js';
import { requireGroups } from '../configs.js';

/** One resolution of a UNet, on the way down and on the way up again. */
export interface Level {
  readonly channels: number;
  /** Resnets on the way down; there is one more on the way up. */
  readonly layers: number;
  /** Of the transformer after each resnet; `null` where there is none. */
  readonly attention: Attention | null;
}

export interface Attention {
  /** diffusers keeps this count under the name `attention_head_dim`. */
  readonly heads: number;
  /** Its first attention sees the text too, and not the image itself. */
  readonly crossOnly?: true;
}

/** What decides the layers from the first convolution down to the middle, in a UNet and in a ControlNet. */
export interface DownPathConfig {
  readonly inChannels: number;
  /** From the outermost, at full resolution, to the deepest. */
  readonly levels: readonly [Level, ...Level[]];
  /** Of the block below the deepest level, which has its channels. */
  readonly middle: Attention;
  readonly crossAttentionDim: number;
  readonly normNumGroups: number;
  readonly normEps: number;
  readonly useLinearProjection: boolean;
  readonly timeEmbedDim: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
}

export interface UnetConfig extends DownPathConfig {
  /** Side of the square latent in cells which the model was trained for. */
  readonly sampleSize: number;
  readonly outChannels: number;
  /** Of the sum of timestep and class embedding, before that of each block; `null` for none. */
  readonly timeEmbeddingAct: 'silu' | 'swish' | 'gelu' | null;
  /** Width of `class_labels`; `null` for a model without class embedding. */
  readonly classEmbedDim: number | null;
  /** Of a model that is told one of so many classes, such as how noisy a low-resolution image is. */
  readonly classCount?: number;
}

export interface ControlNetConfig extends DownPathConfig {
  /** Of the control image. */
  readonly imageChannels: number;
  /** Its channels are blue, green, red. */
  readonly readsBgr: boolean;
  /** Of the layers that bring the control image to latent cells; each but the first halves it. */
  readonly hintChannels: readonly [number, ...number[]];
  /** Only the mean of each channel is added, as a style without places. */
  readonly poolsGlobally: boolean;
}

/**
 * Reads the config of a UNet2DConditionModel, whose lists run side by side, a value a level.
 *
 * @throws CheckpointError naming the file and each key that is missing, broken or not supported
 */
export function readUnetConfig(reader: ConfigReader): UnetConfig {
  const channels = reader.positiveIntegers('block_out_channels');
  reader.takeRepeated(PER_LEVEL, channels.length);
  // Height and width.
  reader.takeRepeated(['sample_size'], 2);
  for (const key of UNSUPPORTED) reader.unused(key);
  for (const [key, neutral] of FIXED) reader.unused(key, neutral);
  const path = readDownPath(reader, channels);
  requireSameUpwards(reader, path.levels);
  const hasClass = !reader.isNull('class_embed_type');
  if (hasClass) reader.oneOf('class_embed_type', ['projection']);
  const hasCount = !reader.isNull('num_class_embeds');
  reader.require(!(hasClass && hasCount), '"num_class_embeds": expected null together with "class_embed_type"');
  return reader.finish({
    ...path,
    ...(hasCount && { classCount: reader.positiveInteger('num_class_embeds') }),
    sampleSize: reader.positiveInteger('sample_size'),
    outChannels: reader.positiveInteger('out_channels', 4),
    timeEmbedDim: reader.positiveInteger('time_embedding_dim', path.timeEmbedDim),
    timeEmbeddingAct: reader.isNull('time_embedding_act_fn')
      ? null
      : reader.oneOf('time_embedding_act_fn', ['silu', 'swish', 'gelu']),
    classEmbedDim: hasClass ? reader.positiveInteger('projection_class_embeddings_input_dim') : null,
  });
}

/** What a ControlNetModel has in common with a UNet2DConditionModel. */
function readDownPath(reader: ConfigReader, channels: readonly number[]): DownPathConfig {
  reader.oneMeaning('act_fn', ['silu', 'swish']);
  reader.oneOf('mid_block_type', ['UNetMidBlock2DCrossAttn'], 'UNetMidBlock2DCrossAttn');
  const normNumGroups = reader.positiveInteger('norm_num_groups', 32);
  requireGroups(reader, channels, normNumGroups);
  const { levels, middle } = readLevels(reader, channels);
  const outermost = levels[0].channels;
  reader.require(outermost % 2 === 0, '"block_out_channels": expected an even first number');
  return {
    ...{ levels, middle, normNumGroups },
    inChannels: reader.positiveInteger('in_channels', 4),
    crossAttentionDim: reader.positiveInteger('cross_attention_dim', 1280),
    normEps: reader.positiveNumber('norm_eps', 1e-5),
    useLinearProjection: reader.boolean('use_linear_projection', false),
    timeEmbedDim: 4 * outermost,
    flipSinToCos: reader.boolean('flip_sin_to_cos', true),
    freqShift: reader.number('freq_shift', 0),
  };
}

function readLevels(reader: ConfigReader, channels: readonly number[]): Pick<UnetConfig, 'levels' | 'middle'> {
  const layers = reader.positiveInteger('layers_per_block', 2);
  const heads = reader.positiveIntegerPerLevel('attention_head_dim', channels.length, 8);
  const crossOnly = reader.booleanPerLevel('only_cross_attention', channels.length, false);
  // Said once for all levels it would be meant of the block below them too.
  reader.require(!crossOnly.every(Boolean), '"only_cross_attention": expected false at some level');
  const down = reader.oneOfPerLevel('down_block_types', channels.length, ['CrossAttnDownBlock2D', 'DownBlock2D']);
  const levels = channels.map((count, level): Level => {
    const ofLevel = heads[level] as number; // There is one a level.
    reader.require(
      count % ofLevel === 0,
      `${count} channels of level ${level} cannot be divided among ${ofLevel} heads`,
    );
    const hasAttention = down[level] === 'CrossAttnDownBlock2D';
    return {
      channels: count,
      layers,
      attention: hasAttention ? { heads: ofLevel, ...(crossOnly[level] && { crossOnly: true }) } : null,
    };
  });
  const [outermost, ...inner] = levels;
  if (outermost === undefined) throw new Error('Internal error: a UNet without levels');
  return { levels: [outermost, ...inner], middle: { heads: heads.at(-1) as number } };
}

function requireSameUpwards(reader: ConfigReader, levels: UnetConfig['levels']): void {
  const up = reader.oneOfPerLevel('up_block_types', levels.length, ['CrossAttnUpBlock2D', 'UpBlock2D']);
  for (const [level, { attention }] of levels.entries()) {
    reader.require(
      (attention !== null) === (up[levels.length - 1 - level] === 'CrossAttnUpBlock2D'),
      `"up_block_types": expected attention at the levels where "down_block_types" has it, but level ${level} differs`,
    );
  }
}

/**
 * Reads the config of a ControlNetModel.
 *
 * @throws CheckpointError naming the file and each key that is missing, broken or not supported
 */
export function readControlNetConfig(reader: ConfigReader): ControlNetConfig {
  const channels = reader.positiveIntegers('block_out_channels');
  reader.takeRepeated(PER_LEVEL, channels.length);
  for (const key of UNSUPPORTED_IN_CONTROLNETS) reader.unused(key);
  for (const [key, neutral] of FIXED_IN_CONTROLNETS) reader.unused(key, neutral);
  const path = readDownPath(reader, channels);
  const order = reader.oneOf('controlnet_conditioning_channel_order', ['rgb', 'bgr'], 'rgb');
  const [first = 16, ...deeper] = reader.isNull('conditioning_embedding_out_channels')
    ? PUBLISHED_HINT_CHANNELS
    : reader.positiveIntegers('conditioning_embedding_out_channels');
  return reader.finish({
    ...path,
    imageChannels: reader.positiveInteger('conditioning_channels', 3),
    readsBgr: order === 'bgr',
    hintChannels: [first, ...deeper],
    poolsGlobally: reader.boolean('global_pool_conditions', false),
  });
}

/** Of the control image, where a config does not say it. */
const PUBLISHED_HINT_CHANNELS = [16, 32, 96, 256] as const;

// Options of ControlNetModel that add or change layers: those of Stable Diffusion XL, and class labels, which are never
// used.
const UNSUPPORTED_IN_CONTROLNETS = [
  'addition_embed_type',
  'class_embed_type',
  'encoder_hid_dim',
  'encoder_hid_dim_type',
  'num_attention_heads',
  'num_class_embeds',
] as const;

// Options of UNet2DConditionModel that add or change layers and that no unCLIP model uses.
const UNSUPPORTED = [
  'addition_embed_type',
  'cross_attention_norm',
  'encoder_hid_dim',
  'encoder_hid_dim_type',
  'mid_block_only_cross_attention',
  'num_attention_heads',
  'reverse_transformer_layers_per_block',
  'time_cond_proj_dim',
  'timestep_post_act',
] as const;

/** One value for all levels, or a list of one a level. */
const PER_LEVEL = [
  'attention_head_dim',
  'cross_attention_dim',
  'layers_per_block',
  'only_cross_attention',
  'transformer_layers_per_block',
] as const;

const FIXED_IN_CONTROLNETS = [
  ['downsample_padding', 1],
  ['mid_block_scale_factor', 1],
  ['resnet_time_scale_shift', 'default'],
  ['transformer_layers_per_block', 1],
] as const;

const FIXED = [
  ['attention_type', 'default'],
  ['center_input_sample', false],
  ['class_embeddings_concat', false],
  ['conv_in_kernel', 3],
  ['conv_out_kernel', 3],
  ['downsample_padding', 1],
  ['dual_cross_attention', false],
  ['mid_block_scale_factor', 1],
  ['resnet_out_scale_factor', 1],
  ['resnet_skip_time_act', false],
  ['resnet_time_scale_shift', 'default'],
  ['time_embedding_type', 'positional'],
  ['transformer_layers_per_block', 1],
] as const;
