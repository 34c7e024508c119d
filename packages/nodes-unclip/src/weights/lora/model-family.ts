/** A tensor of an adapter, as far as it shows the model it was made for. */
interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The model family of an adapter, as users call it; `undefined` if its tensors do not show it. */
export function familyOf(tensors: readonly NamedShape[]): string | undefined {
  const names = tensors.map(({ name }) => name);
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/double_blocks|single_blocks|single_transformer_blocks/)) return 'Flux';
  if (has(/joint_blocks/)) return 'Stable Diffusion 3';
  const both = tensors.filter(({ name }) => /^(?:base_model\.model\.)?transformer\.transformer_blocks/.test(name));
  // Both spell these alike, and no Stable Diffusion 3 is so wide.
  if (both.length > 0) return both.some(({ shape }) => shape.includes(3072)) ? 'Flux' : 'Stable Diffusion 3';
  if (has(/^lora_te[12]_|^text_encoder_2\.|transformer_blocks[._][2-9]/)) return 'Stable Diffusion XL';
  // Of the family of Stable Diffusion only XL has several of them in one attention.
  if (has(/(?:attentions|put_blocks[._]\d+|middle_block)[._]\d+[._]transformer_blocks[._]1[._]/))
    return 'Stable Diffusion XL';
  return FAMILIES.get(textWidthOf(tensors) ?? 0);
}

/**
 * The same of any file of weights: an adapter, a whole checkpoint, a UNet, a ControlNet or a textual inversion. A width of
 * text that no published family has is said as such, so that what belongs together has the same name.
 */
export function familyOfWeights(tensors: readonly NamedShape[]): string | undefined {
  const named = familyOf(tensors);
  if (named !== undefined) return named;
  if (tensors.some(({ name }) => /^conditioner\.embedders\.1\.|^clip_g$/.test(name))) return 'Stable Diffusion XL';
  const width = textWidthOf(tensors) ?? WIDTHS.map((find) => find(tensors)).find((found) => found !== undefined);
  return width === undefined ? undefined : (FAMILIES.get(width) ?? `custom (text width ${width})`);
}

/** Where else than in the attention of an adapter the width of the text shows. */
const WIDTHS: readonly ((tensors: readonly NamedShape[]) => number | undefined)[] = [
  (tensors) => tensors.find(({ name }) => /(?:attn2\.to_k|^ip_adapter\.\d+\.to_k_ip)\.weight$/.test(name))?.shape[1],
  (tensors) =>
    tensors.find(({ name }) => /self_attn[._](?:q|k|v)_proj.*(?:lora_A|down)(?:\.default)?\.weight$/.test(name))
      ?.shape[1],
  // A textual inversion has nothing but words of this width.
  ([only, ...others]) => (others.length === 0 && (only?.shape.length ?? 9) <= 2 ? only?.shape.at(-1) : undefined),
];

/** By the width of the text that their attention takes. */
const FAMILIES: ReadonlyMap<number, string> = new Map([
  // The bundled checkpoint.
  [128, 'emoji-unclip'],
  [768, 'Stable Diffusion 1'],
  [1024, 'Stable Diffusion 2'],
  [2048, 'Stable Diffusion XL'],
]);

/** A family with the width that belongs to it, of a model that takes text of this width. */
export function familyOfWidth(textWidth: number): string {
  return FAMILIES.get(textWidth) ?? `a model that takes text of ${textWidth} values`;
}

/** The family of a text encoder whose words have this width; `undefined` if no published one has it. */
export function familyOfTextEncoder(width: number): string | undefined {
  // For XL it is the second one; the first one is that of Stable Diffusion 1.
  return width === 1280 ? 'Stable Diffusion XL' : FAMILIES.get(width);
}

/**
 * The family that a model declares in its metadata, if it is not one of the models here.
 *
 * @see github.com/Stability-AI/ModelSpec, modelspec.architecture: "stable-diffusion-xl-v1-base/vae"
 */
export function otherFamilyIn(metadata: ReadonlyMap<string, string>): string | undefined {
  const architecture = metadata.get('modelspec.architecture')?.toLowerCase() ?? '';
  return OTHER_ARCHITECTURES.find(([start]) => architecture.startsWith(start))?.[1];
}

const OTHER_ARCHITECTURES: readonly (readonly [start: string, family: string])[] = [
  ['stable-diffusion-xl', 'Stable Diffusion XL'],
  ['stable-diffusion-v3', 'Stable Diffusion 3'],
  ['stable-diffusion-3', 'Stable Diffusion 3'],
  ['flux', 'Flux'],
];

/** Of the text that the attention of the adapted model takes. */
function textWidthOf(tensors: readonly NamedShape[]): number | undefined {
  const keys = /attn2[._](?:to_k|to_v|processor\.to_[kv]_lora).*(?:lora_A|down)(?:\.default)?\.weight$/;
  return tensors.find(({ name }) => keys.test(name))?.shape[1];
}
