import type { JsonObject } from '../../json-object.js';
import type { StoredTensor } from '../stored-tensor.js';
import type { Shapes } from './shapes.js';

// AutoencoderKL of Stability-AI/stablediffusion, ldm/modules/diffusionmodules/model.py, under diffusers' names;
// after diffusers 0.42.1, loaders/single_file_utils.py, convert_ldm_vae_checkpoint.

export const LDM_VAE_PREFIX = 'first_stage_model.';

const ATTENTION_NAMES: Readonly<Record<string, string>> = {
  norm: 'group_norm',
  q: 'to_q',
  k: 'to_k',
  v: 'to_v',
  proj_out: 'to_out.0',
};

/** Gives the tensors of the VAE, whose names come without the prefix, diffusers' names and shapes. */
export function renameLdmVae(tensors: readonly StoredTensor[], shapes: Shapes): readonly StoredTensor[] {
  const levels = shapes.count(firstConvOfLevel);
  return tensors.map((tensor) => {
    const name = toDiffusersName(tensor.name, levels);
    // LDM has 1x1 convolutions where diffusers has linear layers: the same numbers in the same order.
    const isLinear = /\.attentions\.0\.to_\w+(\.0)?\.weight$/.test(name);
    return { ...tensor, name, shape: isLinear ? tensor.shape.slice(0, 2) : tensor.shape };
  });
}

const firstConvOfLevel = (level: number): string => `decoder.up.${level}.block.0.conv1.weight`;

function toDiffusersName(name: string, levels: number): string {
  return (
    name
      .replace(/^encoder\.down\.(\d+)\.block\./, 'encoder.down_blocks.$1.resnets.')
      .replace(/^encoder\.down\.(\d+)\.downsample\./, 'encoder.down_blocks.$1.downsamplers.0.')
      // LDM counts the decoder's levels from full resolution, diffusers from the deepest.
      .replace(/^decoder\.up\.(\d+)\.block\./, (_, level) => `decoder.up_blocks.${levels - 1 - level}.resnets.`)
      .replace(/^decoder\.up\.(\d+)\.upsample\./, (_, level) => `decoder.up_blocks.${levels - 1 - level}.upsamplers.0.`)
      .replace(/\.mid\.block_1\./, '.mid_block.resnets.0.')
      .replace(/\.mid\.block_2\./, '.mid_block.resnets.1.')
      .replace(
        /\.mid\.attn_1\.(norm|q|k|v|proj_out)\./,
        (_, part: string) => `.mid_block.attentions.0.${ATTENTION_NAMES[part]}.`,
      )
      .replace('.nin_shortcut.', '.conv_shortcut.')
      .replace('.norm_out.', '.conv_norm_out.')
  );
}

/** What vae/config.json would say. */
export function deriveVaeConfig(shapes: Shapes): JsonObject {
  const levels = shapes.count(firstConvOfLevel);
  return autoencoderConfig(shapes, {
    channels: Array.from({ length: levels }, (_, level) => shapes.dim(firstConvOfLevel(level), 0)),
    // The decoder has one layer more than the encoder, which the config counts.
    layers: shapes.count((layer) => `decoder.up.0.block.${layer}.conv1.weight`) - 1,
  });
}

/** The config of a VAE of Stable Diffusion. @param parts channels of the levels from full resolution on, and layers a level */
export function autoencoderConfig(
  shapes: Shapes,
  { channels, layers }: { readonly channels: readonly number[]; readonly layers: number },
): JsonObject {
  return {
    _class_name: 'AutoencoderKL',
    in_channels: shapes.dim('encoder.conv_in.weight', 1),
    out_channels: shapes.dim('decoder.conv_out.weight', 0),
    latent_channels: shapes.dim('decoder.conv_in.weight', 1),
    block_out_channels: channels,
    layers_per_block: layers,
    down_block_types: channels.map(() => 'DownEncoderBlock2D'),
    up_block_types: channels.map(() => 'UpDecoderBlock2D'),
    norm_num_groups: normGroups(channels),
    scaling_factor: 0.18215,
  };
}

const USUAL_GROUPS = 32;

/**
 * How many groups the channels of each level are normalized in. Weights do not say it; all VAEs of Stable Diffusion have 32. One that
 * is too narrow for them has as many as leave each group two channels, since one alone would lose its mean.
 */
function normGroups(channels: readonly number[]): number {
  const fits = (groups: number) => channels.every((count) => count % (2 * groups) === 0);
  let groups = USUAL_GROUPS;
  while (groups > 1 && !fits(groups)) groups /= 2;
  return groups;
}
