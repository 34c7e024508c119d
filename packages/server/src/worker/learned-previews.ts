import {
  fitLatentPreview,
  type LatentFormat,
  type LatentPreview,
  type Tensor,
  type VaeModel,
} from '@unclip-studio/nodes-unclip';

// What Stable Diffusion 1 and 2 share; their VAE's map is known.
const STABLE_DIFFUSION_SCALE = 0.18215;
const STABLE_DIFFUSION_CHANNELS = 4;

/** The colors of latents of unknown VAEs, learned from their decoded images. */
export interface LearnedPreviews {
  /** Takes in one decoded latent, unless the VAE's map is known already. */
  learn(vae: VaeModel, latent: Tensor, decoded: Tensor): void;
  /** By a VAE's identity. */
  find(identity: string): LatentPreview | undefined;
}

export function createLearnedPreviews(): LearnedPreviews {
  const maps = new Map<string, LatentPreview>();
  return {
    learn({ latents }, latent, decoded) {
      if (!isUnknown(latents) || maps.has(latents.vae)) return;
      maps.set(latents.vae, fitLatentPreview(latent, decoded));
    },
    find: (identity) => maps.get(identity),
  };
}

function isUnknown(format: LatentFormat): boolean {
  return format.preview === null && !isStableDiffusionFormat(format);
}

/**
 * Whether latents are those of Stable Diffusion 1 and 2, as far as can be determined: a checkpoint with its own map has
 * others.
 */
export function isStableDiffusionFormat({ preview, channels, scalingFactor }: LatentFormat): boolean {
  return preview === null && channels === STABLE_DIFFUSION_CHANNELS && scalingFactor === STABLE_DIFFUSION_SCALE;
}
