import { readLoraKey } from './lora/lora-keys.js';
import { familyOfWeights } from './lora/model-family.js';
import type { TensorFile } from './stored-tensor.js';

/** What a file of weights can be. */
type WeightKind =
  | ('checkpoint' | 'unet' | 'text-encoder')
  | ('controlnet' | 'ip-adapter' | 'lora' | 'upscaler' | 'vision' | 'vae' | 'image-embeds' | 'embedding');

interface KindSigns {
  readonly kind: WeightKind;
  /** As in "got a VAE". */
  readonly words: string;
  /** Whether its tensors show for which family it was made. */
  readonly isOfFamily: boolean;
  /** A name that no file of the kinds below it has. */
  readonly sign: RegExp | ((name: string) => boolean);
}

/** The first one counts: a checkpoint holds most of the others, and some adapters have LoRAs inside. */
const KINDS: readonly KindSigns[] = [
  {
    kind: 'ip-adapter',
    words: 'an IP-Adapter',
    isOfFamily: true,
    sign: /^ip_adapter\.\d+\.|^image_proj\./,
  },
  {
    kind: 'controlnet',
    words: 'a ControlNet',
    isOfFamily: true,
    sign: /^(?:control_model\.)?input_hint_block\.|^controlnet_cond_embedding\.|^controlnet_blocks\.|^lora_controlnet$/,
  },
  {
    kind: 'lora',
    words: 'a LoRA',
    isOfFamily: true,
    sign: (name) => readLoraKey(name) !== null,
  },
  {
    kind: 'checkpoint',
    words: 'a whole checkpoint',
    isOfFamily: true,
    sign: /^(?:cond_stage_model|conditioner\.embedders)\./,
  },
  {
    kind: 'unet',
    words: 'a UNet',
    isOfFamily: true,
    sign: /^model\.diffusion_model\.|^(?:down|up)_blocks\.\d+\.(?:resnets|attentions)\./,
  },
  {
    kind: 'upscaler',
    words: 'an upscaler',
    isOfFamily: false,
    sign: /^(?:params_ema\.|params\.|state_dict\.)?(?:body\.0\.rdb1\.|model\.1\.sub\.0\.RDB1\.)/,
  },
  {
    kind: 'vision',
    words: 'a CLIP image encoder',
    isOfFamily: false,
    sign: /(?:^|\.)(?:vision_model|visual)\.|^class_embedding$/,
  },
  {
    kind: 'text-encoder',
    words: 'a text encoder',
    isOfFamily: false,
    sign: /(?:^|\.)(?:text_model\.embeddings|transformer\.resblocks|token_embedding)\b/,
  },
  {
    kind: 'vae',
    words: 'a VAE',
    isOfFamily: false,
    sign: /^(?:first_stage_model\.|vae\.)?(?:decoder\.conv_in|decoder\.layers\.0)\.weight$/,
  },
  {
    kind: 'image-embeds',
    words: 'image embeddings',
    isOfFamily: false,
    sign: /^image_embed(?:s|dings|ding)?$/,
  },
  {
    kind: 'embedding',
    words: 'a textual inversion',
    isOfFamily: true,
    sign: /^(?:emb_params|clip_[gl]|string_to_param(?:\..+)?|\*)$/,
  },
];

/**
 * What a file really contains instead of what is expected: "a LoRA for Stable Diffusion XL".
 *
 * @returns `undefined` if it is of that kind, or if the names of its tensors do not show it
 */
export function otherKindIn(
  { header: { tensors } }: Pick<TensorFile, 'header'>,
  expected: WeightKind,
): string | undefined {
  const names = [...tensors.keys()];
  const found = KINDS.find(({ sign }) =>
    names.some((name) => (typeof sign === 'function' ? sign(name) : sign.test(name))),
  );
  if (found === undefined || found.kind === expected) return undefined;
  const family = found.isOfFamily
    ? familyOfWeights([...tensors].map(([name, { shape }]) => ({ name, shape })))
    : undefined;
  return family?.startsWith('Stable Diffusion') || family === 'Flux' ? `${found.words} for ${family}` : found.words;
}
