import { type Checkpoint, fitLatentPreview, type LatentPreview, type Tensor } from '@unclip-studio/nodes-unclip';

// What Stable Diffusion 1 and 2 share; their VAE's map is known.
const STABLE_DIFFUSION_SCALE = 0.18215;
const STABLE_DIFFUSION_CHANNELS = 4;

/** How latents of unknown VAEs look, learnt from what the VAEs made of them. */
export interface LearnedPreviews {
  /** Takes in one decoded latent, unless the VAE's map is known already. */
  learn(checkpoint: Checkpoint, latent: Tensor, decoded: Tensor): void;
  /** By a checkpoint's identity. */
  find(identity: string): LatentPreview | undefined;
}

export function createLearnedPreviews(): LearnedPreviews {
  const maps = new Map<string, LatentPreview>();
  return {
    learn(checkpoint, latent, decoded) {
      if (!isUnknown(checkpoint) || maps.has(checkpoint.identity)) return;
      maps.set(checkpoint.identity, fitLatentPreview(latent, decoded));
    },
    find: (identity) => maps.get(identity),
  };
}

function isUnknown({ latentPreview, latentChannels, vae }: Checkpoint): boolean {
  if (latentPreview !== null) return false;
  return latentChannels !== STABLE_DIFFUSION_CHANNELS || vae.scalingFactor !== STABLE_DIFFUSION_SCALE;
}
