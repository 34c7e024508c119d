import type { JsonObject } from '../../json-object.js';
import { fileProblems } from '../checkpoint-error.js';
import type { StoredTensor, TensorFile } from '../stored-tensor.js';
import { otherKindIn } from '../weight-kind.js';
import type { ComponentForm } from './component-file.js';
import { deriveDownPath, headsOf, renameLdmUnet } from './ldm-unet.js';
import type { Shapes } from './shapes.js';

// ControlNets of lllyasviel/ControlNet, cldm/cldm.py; the inverse of diffusers 0.42.1, loaders/single_file_utils.py,
// convert_controlnet_checkpoint. A whole checkpoint that was trained with one has it under the prefix.

const PREFIXES = ['control_model.', ''] as const;

/**
 * The format of a ControlNet in one file: with LDM names, with or without the prefix that they have in a whole
 * checkpoint, or with diffusers' names.
 *
 * @throws CheckpointError if the file contains something else, naming it as far as its tensors show it
 */
export function controlNetFileForm(file: TensorFile): ComponentForm {
  const {
    path,
    header: { tensors },
  } = file;
  const names = [...tensors.keys()];
  const prefix = PREFIXES.find((start) => tensors.has(`${start}input_hint_block.0.weight`));
  const isDiffusers = tensors.has('controlnet_cond_embedding.conv_in.weight');
  if (prefix === undefined && !isDiffusers) {
    const got = otherKindIn(file, 'controlnet') ?? otherControlOf(names) ?? 'none of its tensors';
    throw fileProblems(path, [`expected a ControlNet for Stable Diffusion 1 or 2, got ${got}`], {
      fault: 'wrong-kind',
      cure: CURE,
    });
  }
  // A whole checkpoint has much else.
  requireControlNet(
    path,
    names.filter((name) => name.startsWith(prefix ?? '')),
  );
  const pools = { global_pool_conditions: isNamedShuffle(path) };
  if (prefix === undefined) {
    const deriveConfig = (shapes: Shapes) => ({ ...deriveDiffusersConfig(path, shapes), ...pools });
    return { prefix: '', rename: (own) => own, deriveConfig };
  }
  return {
    prefix,
    rename: (own, shapes) => renameLdmControlNet(own, shapes),
    deriveConfig: (shapes) => ({ ...deriveLdmConfig(path, shapes), ...pools }),
  };
}

/** @throws CheckpointError naming the family of a ControlNet that is for none of the models here */
export function requireControlNet(path: string, names: readonly string[]): void {
  const other = otherControlOf(names);
  if (other === undefined) return;
  throw fileProblems(path, [`expected a ControlNet for Stable Diffusion 1 or 2, got ${other}`], {
    fault: 'other-model',
    cure: CURE,
  });
}

const CURE = 'Choose a ControlNet that was made for the generation of the checkpoint';

/** Other models found among ControlNets; `undefined` if the names match none. */
function otherControlOf(names: readonly string[]): string | undefined {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/double_blocks|single_transformer_blocks|controlnet_x_embedder/)) return 'one for Flux';
  if (has(/joint_blocks|controlnet_blocks\.|^(?:transformer|module)?\.?transformer_blocks\./)) {
    return 'one for Stable Diffusion 3';
  }
  if (has(/^lora_controlnet$/)) return 'a Control-LoRA, which is not supported';
  if (has(/^lllite_/)) return 'a ControlNet-LLLite, which is not supported';
  if (has(/(?:^|\.)add_embedding\.|label_emb\.0\.0\.weight$|transformer_blocks\.[2-9]\./)) {
    return 'one for Stable Diffusion XL';
  }
  if (has(/^(?:adapter\.)?body\.0\./)) return 'a T2I-Adapter, which is not supported';
  if (has(/^(?:control_model\.)?difference$/)) {
    return 'only what a ControlNet changes in a checkpoint, which is not supported';
  }
  return undefined;
}

/** That ControlNet ignores positions, which only its name shows. @see ComfyUI 0.3.64, comfy/controlnet.py */
function isNamedShuffle(path: string): boolean {
  return /_shuffle(?:_fp16)?\.\w+$/.test(path);
}

function renameLdmControlNet(tensors: readonly StoredTensor[], shapes: Shapes): readonly StoredTensor[] {
  const convs = hintConvolutions(shapes);
  const renamed = tensors.map((tensor) => ({ ...tensor, name: toControlName(tensor.name, convs) }));
  return renameLdmUnet(renamed, shapes);
}

/** The names that a UNet does not have. */
function toControlName(name: string, convs: number): string {
  const [, number, leaf] = /^input_hint_block\.(\d+)\.(\w+)$/.exec(name) ?? [];
  if (number !== undefined) {
    const place = Number(number) / 2;
    const layer = place === 0 ? 'conv_in' : place === convs - 1 ? 'conv_out' : `blocks.${place - 1}`;
    return `controlnet_cond_embedding.${layer}.${leaf}`;
  }
  return name
    .replace(/^zero_convs\.(\d+)\.0\./, 'controlnet_down_blocks.$1.')
    .replace(/^middle_block_out\.0\./, 'controlnet_mid_block.');
}

/** There is an activation between them, so every second number is one. */
function hintConvolutions(shapes: Shapes): number {
  return shapes.count((place) => `input_hint_block.${2 * place}.weight`);
}

function deriveLdmConfig(path: string, shapes: Shapes): JsonObject {
  const textWidth = shapes.dim('middle_block.1.transformer_blocks.0.attn2.to_k.weight', 1);
  // The first one, and then every second, which halves.
  const hintChannels = Array.from({ length: hintConvolutions(shapes) / 2 }, (_, i) =>
    shapes.dim(`input_hint_block.${4 * i}.weight`, 0),
  );
  return {
    _class_name: 'ControlNetModel',
    ...deriveDownPath(shapes, generationOf(path, textWidth)),
    conditioning_channels: shapes.dim('input_hint_block.0.weight', 1),
    conditioning_embedding_out_channels: hintChannels,
  };
}

function deriveDiffusersConfig(path: string, shapes: Shapes): JsonObject {
  const firstConv = (level: number) => `down_blocks.${level}.resnets.0.conv1.weight`;
  const channels = Array.from({ length: shapes.count(firstConv) }, (_, level) => shapes.dim(firstConv(level), 0));
  const textWidth = shapes.dim('mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight', 1);
  const halvings = shapes.count((i) => `controlnet_cond_embedding.blocks.${2 * i + 1}.weight`);
  const hintChannels = Array.from({ length: halvings }, (_, i) =>
    shapes.dim(`controlnet_cond_embedding.blocks.${2 * i + 1}.weight`, 0),
  );
  return {
    _class_name: 'ControlNetModel',
    in_channels: shapes.dim('conv_in.weight', 1),
    block_out_channels: channels,
    layers_per_block: shapes.count((layer) => `down_blocks.0.resnets.${layer}.conv1.weight`),
    attention_head_dim: headsOf(channels, generationOf(path, textWidth)),
    cross_attention_dim: textWidth,
    down_block_types: channels.map((_, level) =>
      shapes.has(`down_blocks.${level}.attentions.0.norm.weight`) ? 'CrossAttnDownBlock2D' : 'DownBlock2D',
    ),
    use_linear_projection: shapes.rank('mid_block.attentions.0.proj_in.weight') === 2,
    conditioning_channels: shapes.dim('controlnet_cond_embedding.conv_in.weight', 1),
    conditioning_embedding_out_channels: [shapes.dim('controlnet_cond_embedding.conv_in.weight', 0), ...hintChannels],
  };
}

/** By the width of its text input. @throws CheckpointError for others, whose heads do not follow from the weights */
function generationOf(path: string, textWidth: number): 1 | 2 {
  if (textWidth === 768) return 1;
  if (textWidth === 1024) return 2;
  throw fileProblems(path, [`how many heads a ControlNet for text of ${textWidth} values has is not in the weights`], {
    fault: 'config-needed',
    cure: 'Put its config.json into a folder of the same name next to it',
  });
}
