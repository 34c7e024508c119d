import type { LatentPreview } from '@unclip-studio/nodes-unclip';
import { latentToRgb, type RgbPixels, STABLE_DIFFUSION_MAP } from './latent-to-rgb.js';

/** How far a node has come. */
export interface StepCount {
  readonly step: number;
  readonly steps: number;
}

/** What a node may offer as a preview, as far as it is needed: a latent with what belongs to it, or one picture. */
interface Offered {
  readonly latent?: Offered;
  readonly samples?: Offered;
  readonly dims?: unknown;
  readonly data?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  /** A `LatentFormat`. */
  readonly format?: { readonly vae?: unknown; readonly preview?: LatentPreview | null };
  readonly step?: unknown;
  readonly steps?: unknown;
}

/**
 * Draws what a node offers to look at: an image as it is, a latent by the map of colours that its format brings, or the
 * one that was learnt for its VAE, or else Stable Diffusion's.
 *
 * @param findMap by a VAE's identity: how its latents look, if that was learnt
 * @returns `undefined` for a value that is no image in the making
 */
export function drawPreview(
  value: unknown,
  findMap: (vae: string) => LatentPreview | undefined = () => undefined,
): RgbPixels | undefined {
  const offered = toOffered(value);
  const { dims, data } = offered.latent?.samples ?? offered.latent ?? offered.samples ?? offered;
  if (Array.isArray(dims) && data instanceof Float32Array) {
    const { vae, preview } = offered.format ?? {};
    const map = preview ?? (typeof vae === 'string' ? findMap(vae) : undefined);
    return latentToRgb({ dims, data }, map ?? STABLE_DIFFUSION_MAP);
  }
  const { width: widthPx, height: heightPx } = offered;
  if (typeof widthPx !== 'number' || typeof heightPx !== 'number' || !(data instanceof Uint8Array)) return undefined;
  return widthPx * heightPx * 3 === data.length && data.length > 0 ? { widthPx, heightPx, data } : undefined;
}

/** The step that a preview shows, if it says so itself; progress reports are throttled and may lag behind. */
export function stepOfPreview(value: unknown): StepCount | undefined {
  const { step, steps } = toOffered(value);
  return typeof step === 'number' && typeof steps === 'number' ? { step, steps } : undefined;
}

/** Nodes offer what they have; every member is looked at before it is used. */
function toOffered(value: unknown): Offered {
  return typeof value === 'object' && value !== null ? value : {};
}
