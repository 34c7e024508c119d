import type { CancelSignal, ModelUse } from '@unclip-studio/graph-core';
import { blendWeights } from '../image/tiles.js';
import type { FitsMemory, InferenceService, ModelRequest } from '../models/inference.js';
import type { VaeModel } from '../models/model.js';
import type { Tensor } from '../tensor/tensor.js';
import { cutOut, TileBlend } from './tile-blend.js';
import { coverWithTiles, makeInTiles, type Tiling, useInTiles } from './tile-plan.js';

export interface EncodeOptions {
  readonly vae: VaeModel;
  readonly inference: InferenceService;
  readonly tiling: Tiling;
  readonly signal: CancelSignal;
}

/**
 * Encodes one image [1, 3, H, W], -1..1, to the moments of its latent, [1, 2c, h, w] or [1, c, h, w]; sides are whole
 * cells.
 *
 * A tiled result differs slightly: each tile has its own norms and attention. Where tiles overlap their moments are
 * blended.
 */
export async function encodeImage(pixels: Tensor, options: EncodeOptions): Promise<Tensor> {
  const { vae, inference, tiling } = options;
  const scale = vae.latents.pixelsPerCell;
  const [, , heightPx = 0, widthPx = 0] = pixels.dims;
  return makeInTiles({
    ...{ area: { h: heightPx / scale, w: widthPx / scale }, tiling, inference, done: 'encoded' },
    model: encoderOf(vae),
    make: (cells) => (cells === null ? encodePlain(pixels, options) : encodeInTiles(pixels, cells, options)),
  });
}

/** What encoding an image of widthPx x heightPx will run; sides are cut to whole cells. */
export function encoderUse(
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  { vae, tiling, fits }: Pick<EncodeOptions, 'vae' | 'tiling'> & { readonly fits: FitsMemory },
): ModelUse<ModelRequest> {
  const scale = vae.latents.pixelsPerCell;
  const area = { h: Math.floor(heightPx / scale), w: Math.floor(widthPx / scale) };
  return useInTiles(area, { tiling, fits, model: encoderOf(vae) });
}

function encoderOf(vae: VaeModel) {
  const scale = vae.latents.pixelsPerCell;
  return ({ h, w }: { readonly h: number; readonly w: number }) =>
    vae.encoder({ n: 1, heightPx: h * scale, widthPx: w * scale });
}

async function encodePlain(pixels: Tensor, { vae, inference }: EncodeOptions): Promise<Tensor> {
  const [, , heightPx = 0, widthPx = 0] = pixels.dims;
  const { moments } = await inference.run(vae.encoder({ n: 1, heightPx, widthPx }), { pixels });
  if (moments === undefined) throw new Error('Internal error: the VAE encoder has no output moments');
  return moments;
}

async function encodeInTiles(pixels: Tensor, tileCells: number, options: EncodeOptions): Promise<Tensor> {
  const scale = options.vae.latents.pixelsPerCell;
  const [, , heightPx = 0, widthPx = 0] = pixels.dims;
  const [h, w] = [heightPx / scale, widthPx / scale];
  const { rows, columns } = coverWithTiles({ h, w }, tileCells);
  const { latents, encodesTo } = options.vae;
  const blend = new TileBlend(encodesTo === 'latents' ? latents.channels : 2 * latents.channels, h, w);
  for (const [row, top] of rows.starts.entries()) {
    for (const [column, left] of columns.starts.entries()) {
      options.signal.throwIfAborted();
      const tile = cutOut(pixels, {
        top: top * scale,
        left: left * scale,
        height: rows.size * scale,
        width: columns.size * scale,
      });
      blend.add(await encodePlain(tile, options), {
        ...{ top, left },
        rowWeights: blendWeights(rows, row),
        columnWeights: blendWeights(columns, column),
      });
    }
  }
  return blend.finish();
}
