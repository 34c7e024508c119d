/** The part of a model that a tensor of an adapter belongs to; `null`: its name does not say. */
export type LoraTarget = 'unet' | 'text' | null;

/** What a tensor of an adapter is, as LyCORIS calls it or, for LoRA, by its place in the product. */
export type LoraPart = (typeof PARTS)[number];

const PARTS = [
  ...(['down', 'up', 'mid', 'alpha', 'magnitude', 'diff'] as const),
  ...(['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b', 'hada_t1', 'hada_t2'] as const),
  ...(['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_w2_a', 'lokr_w2_b', 'lokr_t2'] as const),
] as const;

export interface LoraKey {
  readonly target: LoraTarget;
  /** The path of the module; with underscores in place of dots if `isUnderscored`. */
  readonly module: string;
  readonly isUnderscored: boolean;
  readonly part: LoraPart;
}

/**
 * Reads the name of a tensor in one of the forms that are in use: PEFT (`unet.X.lora_A.weight`), kohya and LyCORIS
 * (`lora_unet_X.lora_down.weight`), and diffusers' attention processors (`X.attn1.processor.to_q_lora.down.weight`).
 *
 * @returns `null` for a name that belongs to none
 * @see diffusers 0.42.1, utils/state_dict_utils.py and loaders/lora_conversion_utils.py; LyCORIS 3, lycoris/modules
 */
export function readLoraKey(name: string): LoraKey | null {
  const processor = /^(.+)\.to_(q|k|v|out)_lora\.(down|up)\.weight$/.exec(name);
  if (processor !== null) {
    const [, path = '', projection = '', part] = processor;
    const { target, module } = readTarget(path.replace(/\.processor$/, ''));
    const isText = module.endsWith('self_attn');
    const names = isText ? TEXT_PROJECTIONS : UNET_PROJECTIONS;
    const own = `${module}.${names[projection] ?? projection}`;
    return { target: target ?? (isText ? 'text' : 'unet'), module: own, isUnderscored: false, part: part as LoraPart };
  }
  for (const [ending, part] of ENDINGS) {
    const found = ending.exec(name);
    if (found !== null) return { ...readTarget(name.slice(0, found.index)), part: part ?? (found[1] as LoraPart) };
  }
  return null;
}

const UNET_PROJECTIONS: Readonly<Record<string, string>> = { q: 'to_q', k: 'to_k', v: 'to_v', out: 'to_out.0' };
const TEXT_PROJECTIONS: Readonly<Record<string, string>> = { q: 'q_proj', k: 'k_proj', v: 'v_proj', out: 'out_proj' };

/** What a name ends with, and what the tensor is then; without a part the first group says it. */
const ENDINGS: readonly (readonly [RegExp, LoraPart?])[] = [
  [/\.(?:lora_A(?:\.default)?|lora_down|lora\.down|lora_linear_layer\.down)\.weight$/, 'down'],
  [/\.(?:lora_B(?:\.default)?|lora_up|lora\.up|lora_linear_layer\.up)\.weight$/, 'up'],
  [/\.lora_mid\.weight$/, 'mid'],
  [/\.alpha$/, 'alpha'],
  [/\.(?:dora_scale|lora_magnitude_vector(?:\.default)?(?:\.weight)?)$/, 'magnitude'],
  [/\.diff$/, 'diff'],
  [/\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2))$/],
];

function readTarget(path: string): Omit<LoraKey, 'part'> {
  for (const [prefix, target, isUnderscored] of PREFIXES) {
    if (path.startsWith(prefix)) return { target, isUnderscored, module: path.slice(prefix.length) };
  }
  return { target: null, isUnderscored: false, module: path };
}

const PREFIXES: readonly (readonly [string, LoraTarget, boolean])[] = [
  ['unet.', 'unet', false],
  ['diffusion_model.', 'unet', false],
  ['text_encoder.', 'text', false],
  ['lora_unet_', 'unet', true],
  ['lora_te_', 'text', true],
  ['lycoris_', null, true],
  ['base_model.model.', null, false],
];
