import type { LatentPreview } from '@unclip-studio/nodes-unclip';
import type { PreviewPicture } from '../runs/run-service.js';

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
 * A latent goes with the map of its colours that its format brings, or else with the one that was learnt, so that
 * whoever draws it needs no checkpoint.
 *
 * @param findMap by a VAE's identity: how its latents look, if that was learnt
 * @returns `undefined` for a value that is no picture in the making
 */
export function toPreviewPicture(
  value: unknown,
  findMap: (vae: string) => LatentPreview | undefined = () => undefined,
): PreviewPicture | undefined {
  const offered = toOffered(value);
  const { dims, data } = offered.latent?.samples ?? offered.latent ?? offered.samples ?? offered;
  if (Array.isArray(dims) && data instanceof Float32Array) {
    const { vae, preview } = offered.format ?? {};
    const map = preview ?? (typeof vae === 'string' ? findMap(vae) : undefined);
    return { kind: 'latent', dims, data, ...(map === undefined ? {} : { map }) };
  }
  const { width, height } = offered;
  if (typeof width === 'number' && typeof height === 'number' && data instanceof Uint8Array) {
    return { kind: 'rgb', widthPx: width, heightPx: height, data };
  }
  return undefined;
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
