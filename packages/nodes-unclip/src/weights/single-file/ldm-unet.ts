import type { JsonObject } from '../../json-object.js';
import type { StoredTensor } from '../stored-tensor.js';
import type { Shapes } from './shapes.js';

// UNetModel of Stability-AI/stablediffusion, ldm/modules/diffusionmodules/openaimodel.py, under diffusers' names;
// the inverse of diffusers 0.42.1, loaders/single_file_utils.py, convert_ldm_unet_checkpoint.

export const LDM_UNET_PREFIX = 'model.diffusion_model.';

/** Names in a ResBlock. */
const RESNET_NAMES: Readonly<Record<string, string>> = {
  'in_layers.0': 'norm1',
  'in_layers.2': 'conv1',
  'emb_layers.1': 'time_emb_proj',
  'out_layers.0': 'norm2',
  'out_layers.3': 'conv2',
  skip_connection: 'conv_shortcut',
};

/** Names outside the numbered blocks, in a UNet and in a ControlNet. */
const OUTER_NAMES: Readonly<Record<string, string>> = {
  'time_embed.0': 'time_embedding.linear_1',
  'time_embed.2': 'time_embedding.linear_2',
  'label_emb.0.0': 'class_embedding.linear_1',
  'label_emb.0.2': 'class_embedding.linear_2',
  'input_blocks.0.0': 'conv_in',
  'out.0': 'conv_norm_out',
  'out.2': 'conv_out',
  'middle_block.0': 'mid_block.resnets.0',
  'middle_block.1': 'mid_block.attentions.0',
  'middle_block.2': 'mid_block.resnets.1',
};

/** Gives the tensors of the UNet, whose names come without the prefix, diffusers' names. */
export function renameLdmUnet(tensors: readonly StoredTensor[], shapes: Shapes): readonly StoredTensor[] {
  const layers = layersPerBlock(shapes);
  return tensors.map((tensor) => ({ ...tensor, name: toDiffusersName(tensor.name, layers) }));
}

/** The input blocks are conv_in, then of each level its layers and, but for the deepest, a downsampler. */
function layersPerBlock(shapes: Shapes): number {
  let block = 1;
  while (shapes.has(`input_blocks.${block}.0.in_layers.0.weight`)) block++;
  return block - 1;
}

function toDiffusersName(name: string, layers: number): string {
  const [, kind, number, part, rest] = /^(input|output)_blocks\.(\d+)\.(\d+)\.(.+)$/.exec(name) ?? [];
  const n = Number(number);
  if (kind === undefined || rest === undefined || (kind === 'input' && n === 0)) return toOuterName(name);
  const position = kind === 'input' ? n - 1 : n;
  const layer = position % (layers + 1);
  const path = `${kind === 'input' ? 'down' : 'up'}_blocks.${Math.floor(position / (layers + 1))}`;
  if (rest.startsWith('op.')) return `${path}.downsamplers.0.conv.${rest.slice('op.'.length)}`;
  if (rest.startsWith('conv.')) return `${path}.upsamplers.0.conv.${rest.slice('conv.'.length)}`;
  return part === '0' ? `${path}.resnets.${layer}.${toResnetName(rest)}` : `${path}.attentions.${layer}.${rest}`;
}

function toOuterName(name: string): string {
  const found = Object.entries(OUTER_NAMES).find(([ldm]) => name.startsWith(`${ldm}.`));
  if (found === undefined) return name;
  const [ldm, diffusers] = found;
  const rest = name.slice(ldm.length + 1);
  return `${diffusers}.${diffusers.startsWith('mid_block.resnets') ? toResnetName(rest) : rest}`;
}

function toResnetName(rest: string): string {
  const found = Object.entries(RESNET_NAMES).find(([ldm]) => rest.startsWith(`${ldm}.`));
  return found === undefined ? rest : found[1] + rest.slice(found[0].length);
}

/**
 * The LDM names of the modules of a UNet. Adapters that were trained on a checkpoint in one file use them.
 *
 * @param paths of its modules in diffusers' names
 * @returns LDM's name -> diffusers' name
 */
export function ldmUnetNames(paths: Iterable<string>): ReadonlyMap<string, string> {
  const known = [...paths];
  const layers = new Set(known.flatMap((path) => /^down_blocks\.0\.resnets\.(\d+)\./.exec(path)?.[1] ?? [])).size;
  const withAttention = new Set(known.flatMap((path) => /^(up_blocks\.\d+)\.attentions\./.exec(path)?.[1] ?? []));
  return new Map(known.map((path) => [toLdmName(path, layers, withAttention), path]));
}

/** @param withAttention upper blocks whose layers have attention, after which their upsampler comes third */
function toLdmName(path: string, layers: number, withAttention: ReadonlySet<string>): string {
  const [, block = '', kind, number, part, index, rest = ''] =
    /^((down|up)_blocks\.(\d+))\.(resnets|attentions|(?:down|up)samplers)\.(\d+)\.(.+)$/.exec(path) ?? [];
  if (kind === undefined) return toOuterLdmName(path);
  const layer = part === 'resnets' || part === 'attentions' ? Number(index) : layers;
  const position = Number(number) * (layers + 1) + layer;
  const ldm = kind === 'down' ? `input_blocks.${position + 1}` : `output_blocks.${position}`;
  switch (part) {
    case 'resnets':
      return `${ldm}.0.${toLdmResnetName(rest)}`;
    case 'attentions':
      return `${ldm}.1.${rest}`;
    case 'downsamplers':
      return `${ldm}.0.op`;
    default:
      // The upsampler is in the last layer's block, not in its own.
      return `output_blocks.${position}.${withAttention.has(block) ? 2 : 1}.conv`;
  }
}

function toOuterLdmName(path: string): string {
  const found = Object.entries(OUTER_NAMES).find(([, own]) => path === own || path.startsWith(`${own}.`));
  if (found === undefined) return path;
  const [ldm, own] = found;
  const rest = path.slice(own.length + 1);
  if (rest === '') return ldm;
  return `${ldm}.${own.startsWith('mid_block.resnets') ? toLdmResnetName(rest) : rest}`;
}

function toLdmResnetName(rest: string): string {
  return Object.entries(RESNET_NAMES).find(([, own]) => own === rest)?.[0] ?? rest;
}

/** What unet/config.json would say. */
export function deriveUnetConfig(shapes: Shapes, generation: 1 | 2): JsonObject {
  const { block_out_channels: channels, ...downPath } = deriveDownPath(shapes, generation);
  const layers = layersPerBlock(shapes);
  const hasAttention = (block: string) => shapes.has(`${block}.1.norm.weight`);
  return {
    _class_name: 'UNet2DConditionModel',
    sample_size: generation === 1 ? 64 : 96,
    out_channels: shapes.dim('out.2.weight', 0),
    ...downPath,
    block_out_channels: channels,
    up_block_types: channels.map((_, block) =>
      hasAttention(`output_blocks.${block * (layers + 1)}`) ? 'CrossAttnUpBlock2D' : 'UpBlock2D',
    ),
    ...(shapes.has('label_emb.0.0.weight') && {
      class_embed_type: 'projection',
      projection_class_embeddings_input_dim: shapes.dim('label_emb.0.0.weight', 1),
    }),
  };
}

/** The part of a config about the layers from the first convolution to the middle. */
export function deriveDownPath(shapes: Shapes, generation: 1 | 2) {
  const layers = layersPerBlock(shapes);
  const levels = 1 + shapes.count((level) => `input_blocks.${(level + 1) * (layers + 1)}.0.op.weight`);
  const firstBlocks = Array.from({ length: levels }, (_, level) => 1 + level * (layers + 1));
  const channels = firstBlocks.map((n) => shapes.dim(`input_blocks.${n}.0.out_layers.3.weight`, 0));
  const hasAttention = (block: string) => shapes.has(`${block}.1.norm.weight`);
  return {
    in_channels: shapes.dim('input_blocks.0.0.weight', 1),
    block_out_channels: channels,
    layers_per_block: layers,
    attention_head_dim: headsOf(channels, generation),
    cross_attention_dim: shapes.dim('middle_block.1.transformer_blocks.0.attn2.to_k.weight', 1),
    down_block_types: firstBlocks.map((n) =>
      hasAttention(`input_blocks.${n}`) ? 'CrossAttnDownBlock2D' : 'DownBlock2D',
    ),
    use_linear_projection: shapes.rank('middle_block.1.proj_in.weight') === 2,
  };
}

/** Not visible in the weights: 8 in Stable Diffusion 1, heads of 64 in 2. */
export function headsOf(channels: readonly number[], generation: 1 | 2): number | readonly number[] {
  return generation === 1 ? 8 : channels.map((count) => count / 64);
}
