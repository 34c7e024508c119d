import type { LatentFormat, LatentPreview } from '@unclip-studio/nodes-unclip';
import { latentToRgb, type RgbPixels, STABLE_DIFFUSION_MAP } from './latent-to-rgb.js';

/** How far a node has come. */
export interface StepCount {
  readonly step: number;
  readonly steps: number;
}

/** What a node may offer as a preview, as far as it is needed: a latent with what belongs to it, or one image. */
interface Offered {
  readonly latent?: Offered;
  readonly samples?: Offered;
  readonly dims?: unknown;
  readonly data?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly format?: Partial<LatentFormat>;
  readonly step?: unknown;
  readonly steps?: unknown;
}

/**
 * Draws a preview value of a node: an image as it is, a latent with the color map of its format, or the one learned for
 * its VAE, or else Stable Diffusion's.
 *
 * @param findMap by a VAE's identity: the learned map of its latents
 * @returns `undefined` for a value that cannot be drawn
 */
export function drawPreview(
  value: unknown,
  findMap: (vae: string) => LatentPreview | undefined = () => undefined,
): RgbPixels | undefined {
  const latent = latentOf(value);
  if (latent !== undefined) {
    const { vae, preview } = latent.format;
    const map = preview ?? (typeof vae === 'string' ? findMap(vae) : undefined);
    return latentToRgb(latent, map ?? STABLE_DIFFUSION_MAP);
  }
  const { width: widthPx, height: heightPx, data } = toOffered(value);
  if (typeof widthPx !== 'number' || typeof heightPx !== 'number' || !(data instanceof Uint8Array)) return undefined;
  return widthPx * heightPx * 3 === data.length && data.length > 0 ? { widthPx, heightPx, data } : undefined;
}

/** The latent among what a node offers. */
export function latentOf(value: unknown): OfferedLatent | undefined {
  const offered = toOffered(value);
  const { dims, data } = offered.latent?.samples ?? offered.latent ?? offered.samples ?? offered;
  if (!Array.isArray(dims) || !(data instanceof Float32Array)) return undefined;
  return { dims, data, format: offered.format ?? {} };
}

export interface OfferedLatent {
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly format: Partial<LatentFormat>;
}

/** The step of a preview, if it contains one; progress reports are throttled and may lag behind. */
export function stepOfPreview(value: unknown): StepCount | undefined {
  const { step, steps } = toOffered(value);
  return typeof step === 'number' && typeof steps === 'number' ? { step, steps } : undefined;
}

/** Nodes offer any value; every member is checked before it is used. */
function toOffered(value: unknown): Offered {
  return typeof value === 'object' && value !== null ? value : {};
}
