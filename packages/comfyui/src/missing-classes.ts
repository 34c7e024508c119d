import { unservedClassWords } from './other-families.js';

const IP_ADAPTER =
  'Use Load IP-Adapter, IP-Adapter Encode and Apply IP-Adapter here; they give the images of diffusers, not those of this pack.';
const GUIDANCE = 'No sampler here guides like this. Bypass it in ComfyUI to run without it; the image will differ.';
const SPEED = 'It makes sampling faster and changes details. Bypass it in ComfyUI to run without it.';
const NO_ALPHA = 'Images have no transparency here.';

/** What to do instead of classes without counterpart that many files use. */
export const HINTS: Readonly<Record<string, string>> = {
  unCLIPConditioning: 'No sampler with a counterpart reads it.',
  EmptyLatentImage: 'The image size is set in UNetSample.',
  GetImageSize: 'Sizes do not go along links here. Set width and height at the nodes that read them.',
  JoinImageWithAlpha: `${NO_ALPHA} Save the mask as a separate image, with Mask to Image.`,
  SplitImageWithAlpha: `${NO_ALPHA} Load Mask reads what is transparent in a file.`,
  FreeU: GUIDANCE,
  FreeU_V2: GUIDANCE,
  PerpNeg: GUIDANCE,
  PerturbedAttentionGuidance: GUIDANCE,
  SelfAttentionGuidance: GUIDANCE,
  HyperTile: SPEED,
  TomePatchModel: SPEED,
  // Of ComfyUI_IPAdapter_plus.
  IPAdapter: IP_ADAPTER,
  IPAdapterAdvanced: IP_ADAPTER,
  IPAdapterApply: IP_ADAPTER,
  IPAdapterModelLoader: IP_ADAPTER,
  IPAdapterUnifiedLoader: IP_ADAPTER,
};

/** Why nodes of a class do not run here, and what to do instead. */
export function missingClassWords(type: string): string {
  const hint = Object.hasOwn(HINTS, type) ? HINTS[type] : unservedClassWords(type);
  return hint ?? NO_COUNTERPART;
}

export const NO_COUNTERPART = 'It has no counterpart here.';
