import { type LatentRgbMap, latentToRgb, STABLE_DIFFUSION_MAP } from './latent-to-rgb.js';
import type { PreviewDecoder } from './preview-encoder.js';

/**
 * Draws previews: pictures as they are, latents by the map that the worker has learnt or that comes with their
 * checkpoint, or else by Stable Diffusion's.
 *
 * @param findMap by the checkpoint's name; `null` if it brings none
 */
export function createPreviewDecoder(findMap: (checkpoint: string) => Promise<LatentRgbMap | null>): PreviewDecoder {
  // Looked up once: a checkpoint's map does not change while the server runs.
  const maps = new Map<string, Promise<LatentRgbMap | null>>();
  return async ({ picture }) => {
    if (picture.kind === 'rgb') return picture;
    if (picture.map !== undefined) return latentToRgb(picture, picture.map);
    const { checkpoint } = picture;
    if (checkpoint === undefined) return latentToRgb(picture, STABLE_DIFFUSION_MAP);
    const known = maps.get(checkpoint) ?? findMap(checkpoint);
    maps.set(checkpoint, known);
    return latentToRgb(picture, (await known) ?? STABLE_DIFFUSION_MAP);
  };
}
