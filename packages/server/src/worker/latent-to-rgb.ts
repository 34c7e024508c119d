import type { LatentPreview } from '@unclip-studio/nodes-unclip';

/** 8 bit RGB, row by row. */
export interface RgbPixels {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array;
}

/**
 * The map for the VAE that Stable Diffusion 1 and 2 share. Its published factors produce -1..1; here they are halved
 * for 0..1.
 *
 * @see ComfyUI, comfy/latent_formats.py, class SD15, latent_rgb_factors
 */
export const STABLE_DIFFUSION_MAP: LatentPreview = {
  matrix: [
    [0.1756, 0.11485, 0.16135],
    [0.1625, 0.2487, 0.1175],
    [-0.14145, 0.0881, 0.13605],
    [-0.106, -0.1308, -0.35885],
  ],
  bias: [0.5, 0.5, 0.5],
};

/**
 * Draws a latent, one pixel per cell. Several images are arranged in a grid as close to a square as possible.
 *
 * @param latent float32 [n, c, h, w], times the VAE's scaling factor
 * @returns `undefined` for a latent of another form, or with other channels than the map
 */
export function latentToRgb(
  latent: { readonly dims: readonly number[]; readonly data: Float32Array },
  { matrix, bias }: LatentPreview,
): RgbPixels | undefined {
  const [n = 0, c = 0, h = 0, w = 0] = latent.dims;
  const isLatent = latent.dims.length === 4 && n * c * h * w === latent.data.length && n * h * w > 0;
  if (!isLatent || c !== matrix.length) return undefined;
  const columns = Math.ceil(Math.sqrt(n));
  const rows = Math.ceil(n / columns);
  const widthPx = columns * w;
  const data = new Uint8Array(widthPx * rows * h * 3);
  const cells = h * w;
  for (let image = 0; image < n; image++) {
    const left = (image % columns) * w;
    const top = Math.floor(image / columns) * h;
    for (let cell = 0; cell < cells; cell++) {
      const pixel = (top + Math.floor(cell / w)) * widthPx + left + (cell % w);
      for (let colour = 0; colour < 3; colour++) {
        let value = bias[colour] ?? 0;
        for (let channel = 0; channel < c; channel++) {
          value += (latent.data[(image * c + channel) * cells + cell] ?? 0) * (matrix[channel]?.[colour] ?? 0);
        }
        // NaN becomes 0, which is how an overflow shows.
        data[pixel * 3 + colour] = Math.max(0, Math.min(255, Math.round(value * 255)));
      }
    }
  }
  return { widthPx, heightPx: rows * h, data };
}
