import type { PreviewDecoder } from '../checkpoints/model-files/vae.js';
import { toUint8Images } from '../image/decoded-to-images.js';
import { imageGrid } from '../image/image-grid.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Feeds, ModelRequest } from '../models/inference.js';
import { splitRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

/**
 * Decodes a latent for a preview; several images are arranged in a grid as close to a square as possible.
 *
 * @param latent float32 [n, c, h, w], times the scaling factor
 * @param run returns `undefined` if the model cannot run now, which is then the result
 */
export async function decodePreview(
  latent: Tensor,
  decoder: PreviewDecoder,
  run: (model: ModelRequest, feeds: Feeds) => Promise<Readonly<Record<string, Tensor>> | undefined>,
): Promise<RgbImage | undefined> {
  const images: RgbImage[] = [];
  // One after the other: together they would take the memory of all at once.
  for (const row of splitRows(latent)) {
    const [, , h = 0, w = 0] = row.dims;
    const decoded = await run(decoder.decoder({ n: 1, h, w }), { latent: row });
    if (decoded?.['image'] === undefined) return undefined;
    images.push(...toUint8Images(decoded['image']));
  }
  const columns = previewColumns(images.length);
  return imageGrid(images, { columns, gap: 0, ground: 0, labels: [] });
}

/** The number of images side by side. */
function previewColumns(images: number): number {
  return Math.ceil(Math.sqrt(images));
}

/**
 * Takes means of cells where images would be decoded to twice the size of the preview or more: decoding takes time in
 * proportion to pixels.
 *
 * @param sidePx of the longer side of the whole preview, which the result still fills
 */
export function shrinkForPreview(latent: Tensor, { latents }: PreviewDecoder, sidePx: number): Tensor {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('preview latent', latent, 'n c h w');
  const decodedPx = Math.max(h, w) * latents.pixelsPerCell * previewColumns(n);
  const factor = Math.max(1, Math.floor(decodedPx / sidePx));
  if (factor === 1) return latent;
  const [rows, columns] = [Math.ceil(h / factor), Math.ceil(w / factor)];
  const data = new Float32Array(n * c * rows * columns);
  for (let plane = 0; plane < n * c; plane++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [bottom, right] = [Math.min(h, (row + 1) * factor), Math.min(w, (column + 1) * factor)];
        let sum = 0;
        for (let y = row * factor; y < bottom; y++) {
          for (let x = column * factor; x < right; x++) sum += latent.data[(plane * h + y) * w + x] ?? 0;
        }
        const cells = (bottom - row * factor) * (right - column * factor);
        data[(plane * rows + row) * columns + column] = sum / cells;
      }
    }
  }
  return tensor([n, c, rows, columns], data);
}
