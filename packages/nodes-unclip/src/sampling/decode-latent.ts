import type { CancelSignal, ModelUse } from '@unclip-studio/graph-core';
import { type AxisTiles, blendWeights } from '../image/tiles.js';
import type { FitsMemory, InferenceService, ModelRequest } from '../models/inference.js';
import type { VaeModel } from '../models/model.js';
import type { Tensor } from '../tensor/tensor.js';
import { cutOut, TileBlend } from './tile-blend.js';
import { coverWithTiles, makeInTiles, type Tiling, useInTiles } from './tile-plan.js';

export interface DecodeOptions {
  readonly vae: VaeModel;
  readonly inference: InferenceService;
  readonly tiling: Tiling;
  readonly signal: CancelSignal;
}

/**
 * Decodes one latent [1, c, h, w] to [1, 3, H, W], about -1..1.
 *
 * A tiled result differs slightly: each tile has its own norms and attention. Where tiles overlap they are blended, so
 * that no edge is visible.
 */
export async function decodeLatent(latent: Tensor, options: DecodeOptions): Promise<Tensor> {
  const { vae, inference, tiling } = options;
  const [, , h = 0, w = 0] = latent.dims;
  return makeInTiles({
    ...{ area: { h, w }, tiling, inference, done: 'decoded' },
    model: (area) => vae.decoder({ n: 1, ...area }),
    make: (cells) => (cells === null ? decodePlain(latent, options) : decodeInTiles(latent, cells, options)),
  });
}

/** What decoding a latent of h x w cells will run. */
export function decoderUse(
  area: { readonly h: number; readonly w: number },
  { vae, tiling, fits }: Pick<DecodeOptions, 'vae' | 'tiling'> & { readonly fits: FitsMemory },
): ModelUse<ModelRequest> {
  return useInTiles(area, { tiling, fits, model: (tile) => vae.decoder({ n: 1, ...tile }) });
}

async function decodePlain(latent: Tensor, { vae, inference }: DecodeOptions): Promise<Tensor> {
  const [, , h = 0, w = 0] = latent.dims;
  const { image } = await inference.run(vae.decoder({ n: 1, h, w }), { latent });
  if (image === undefined) throw new Error('Internal error: the VAE decoder has no output image');
  return image;
}

async function decodeInTiles(latent: Tensor, tileCells: number, options: DecodeOptions): Promise<Tensor> {
  const [, , h = 0, w = 0] = latent.dims;
  const scale = options.vae.latents.pixelsPerCell;
  const { rows, columns } = coverWithTiles({ h, w }, tileCells);
  const blend = new TileBlend(3, h * scale, w * scale);
  for (const [row, top] of rows.starts.entries()) {
    for (const [column, left] of columns.starts.entries()) {
      options.signal.throwIfAborted();
      const tile = cutOut(latent, { top, left, height: rows.size, width: columns.size });
      blend.add(await decodePlain(tile, options), {
        top: top * scale,
        left: left * scale,
        rowWeights: blendWeights(inPixels(rows, scale), row),
        columnWeights: blendWeights(inPixels(columns, scale), column),
      });
    }
  }
  return blend.finish();
}

function inPixels({ size, starts }: AxisTiles, scale: number): AxisTiles {
  return { size: size * scale, starts: starts.map((start) => start * scale) };
}
