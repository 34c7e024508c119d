import type { CancelSignal } from '@unclip-studio/graph-core';
import type { Checkpoint } from '../checkpoint.js';
import { type AxisTiles, blendWeights, coverAxis } from '../image/tiles.js';
import type { InferenceService } from '../services.js';
import { type Tensor, tensor } from '../tensor/tensor.js';

/** `auto`: in tiles where the plain way would not fit into memory. */
export type Tiling = 'auto' | 'off' | 'always';

export interface DecodeOptions {
  readonly checkpoint: Checkpoint;
  readonly inference: InferenceService;
  readonly tiling: Tiling;
  readonly signal: CancelSignal;
}

/**
 * Decodes one latent [1, c, h, w] to [1, 3, H, W], about -1..1.
 *
 * In tiles the result is not quite that of the plain way: each tile has norms and attention of its own. Where tiles
 * overlap they are blended, so that no edge shows.
 */
export async function decodeLatent(latent: Tensor, options: DecodeOptions): Promise<Tensor> {
  const tileCells = chooseTile(latent, options);
  return tileCells === null ? decodePlain(latent, options) : decodeInTiles(latent, tileCells, options);
}

// Sides of square tiles in latent cells. Below 32 (256 px with a real checkpoint) a tile sees too little of the picture
// to keep its colours; the smallest serves where the whole latent is that small.
const TILE_CELLS = [96, 64, 48, 32, 16, 8] as const;
const LEAST_CELLS = 32;

/** @returns the side of a tile, `null` for the plain way */
function chooseTile(latent: Tensor, { checkpoint, inference, tiling }: DecodeOptions): number | null {
  const [, , h = 0, w = 0] = latent.dims;
  if (tiling === 'off') return null;
  const { memoryBudgetBytes = Number.POSITIVE_INFINITY } = inference;
  const fits = (height: number, width: number) => {
    const { weightBytes, workingBytes = 0 } = checkpoint.vaeDecoder({ n: 1, h: height, w: width }).build();
    return weightBytes + workingBytes <= memoryBudgetBytes;
  };
  if (tiling === 'auto' && (memoryBudgetBytes === Number.POSITIVE_INFINITY || fits(h, w))) return null;
  const smaller = TILE_CELLS.filter((cells) => cells < Math.max(h, w));
  const useful = smaller.filter((cells) => cells >= LEAST_CELLS);
  const candidates = useful.length > 0 ? useful : smaller.slice(0, 1);
  // Where even the smallest is too large there is nothing better to try.
  return candidates.find((cells) => fits(Math.min(cells, h), Math.min(cells, w))) ?? candidates.at(-1) ?? null;
}

async function decodePlain(latent: Tensor, { checkpoint, inference }: DecodeOptions): Promise<Tensor> {
  const [, , h = 0, w = 0] = latent.dims;
  const { image } = await inference.run(checkpoint.vaeDecoder({ n: 1, h, w }), { latent });
  if (image === undefined) throw new Error('Internal error: the VAE decoder has no output image');
  return image;
}

async function decodeInTiles(latent: Tensor, tileCells: number, options: DecodeOptions): Promise<Tensor> {
  const [, , h = 0, w = 0] = latent.dims;
  const scale = options.checkpoint.pixelsPerLatent;
  const size = { size: tileCells, overlap: tileCells / 4 };
  const [rows, columns] = [coverAxis(h, size), coverAxis(w, size)];
  const blend = new TileBlend(h * scale, w * scale);
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

function cutOut(
  { data, dims }: Tensor,
  box: { readonly top: number; readonly left: number; readonly height: number; readonly width: number },
): Tensor {
  const [, channels = 0, h = 0, w = 0] = dims;
  const out = new Float32Array(channels * box.height * box.width);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < box.height; y++) {
      const from = (channel * h + box.top + y) * w + box.left;
      out.set(data.subarray(from, from + box.width), (channel * box.height + y) * box.width);
    }
  }
  return tensor([1, channels, box.height, box.width], out);
}

/** Sums up weighted tiles [1, 3, height, width] and divides by the sum of the weights. */
class TileBlend {
  readonly #height: number;
  readonly #width: number;
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  constructor(height: number, width: number) {
    this.#height = height;
    this.#width = width;
    this.#sums = new Float32Array(3 * height * width);
    this.#weights = new Float32Array(height * width);
  }

  add(
    { data }: Tensor,
    place: {
      readonly top: number;
      readonly left: number;
      readonly rowWeights: Float32Array;
      readonly columnWeights: Float32Array;
    },
  ): void {
    const { top, left, rowWeights, columnWeights } = place;
    const plane = this.#height * this.#width;
    const tilePlane = rowWeights.length * columnWeights.length;
    rowWeights.forEach((rowWeight, y) => {
      columnWeights.forEach((columnWeight, x) => {
        const weight = rowWeight * columnWeight;
        const to = (top + y) * this.#width + left + x;
        const from = y * columnWeights.length + x;
        // Index and size come from the same plan, so all of these exist.
        this.#weights[to] = (this.#weights[to] as number) + weight;
        for (let channel = 0; channel < 3; channel++) {
          const i = channel * plane + to;
          this.#sums[i] = (this.#sums[i] as number) + weight * (data[channel * tilePlane + from] as number);
        }
      });
    });
  }

  finish(): Tensor {
    const plane = this.#height * this.#width;
    const blended = this.#sums.map((sum, i) => sum / (this.#weights[i % plane] as number));
    return tensor([1, 3, this.#height, this.#width], blended);
  }
}
