import type { PreviewPicture } from '../runs/run-service.js';
import { latentToRgb, type RgbPixels, STABLE_DIFFUSION_MAP } from './latent-to-rgb.js';

/**
 * Draws a preview: a picture as it is, a latent by the map that came with it, or else by Stable Diffusion's.
 *
 * @throws Error if the latent has other channels than the map
 */
export function drawPreview(picture: PreviewPicture): RgbPixels {
  return picture.kind === 'rgb' ? picture : latentToRgb(picture, picture.map ?? STABLE_DIFFUSION_MAP);
}
