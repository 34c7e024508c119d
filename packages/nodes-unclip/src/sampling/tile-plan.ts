import type { ModelUse } from '@unclip-studio/graph-core';
import { type AxisTiles, coverAxis } from '../image/tiles.js';
import {
  type FitsMemory,
  fitsInto,
  type InferenceService,
  isOutOfMemory,
  leaveFullDevice,
  type ModelRequest,
} from '../models/inference.js';

/** `auto`: in tiles where the plain way would not fit into memory. */
export type Tiling = 'auto' | 'off' | 'always';

interface Area {
  /** In latent cells. */
  readonly h: number;
  readonly w: number;
}

// Sides of square tiles in latent cells. Below 32 (256 px with a real checkpoint) a tile sees too little of the image
// to keep its colours; the smallest serves where the whole latent is that small.
const TILE_CELLS = [96, 64, 48, 32, 16, 8] as const;
const LEAST_CELLS = 32;

interface TileChoice {
  readonly tiling: Tiling;
  readonly fits: FitsMemory;
  /** The model that would take an area. */
  model(area: Area): ModelRequest;
}

/** @returns the side of a tile in latent cells, `null` for the plain way */
function chooseTile({ h, w }: Area, { tiling, fits, model }: TileChoice): number | null {
  if (tiling === 'off') return null;
  if (tiling === 'auto' && fits(model({ h, w }))) return null;
  const smaller = TILE_CELLS.filter((cells) => cells < Math.max(h, w));
  const useful = smaller.filter((cells) => cells >= LEAST_CELLS);
  const candidates = useful.length > 0 ? useful : smaller.slice(0, 1);
  // Where even the smallest is too large there is nothing better to try.
  return (
    candidates.find((cells) => fits(model({ h: Math.min(cells, h), w: Math.min(cells, w) }))) ??
    candidates.at(-1) ??
    null
  );
}

/** Where the tiles of an area lie. @param cells the side of a tile in latent cells */
export function coverWithTiles(
  { h, w }: Area,
  cells: number,
): { readonly rows: AxisTiles; readonly columns: AxisTiles } {
  const size = { size: cells, overlap: cells / 4 };
  return { rows: coverAxis(h, size), columns: coverAxis(w, size) };
}

/** The model that {@link makeInTiles} will run for one area, and how often, unless memory runs out. */
export function useInTiles(area: Area, choice: TileChoice): ModelUse<ModelRequest> {
  const cells = chooseTile(area, choice);
  if (cells === null) return { model: choice.model(area), times: 1 };
  const { rows, columns } = coverWithTiles(area, cells);
  return {
    model: choice.model({ h: rows.size, w: columns.size }),
    times: rows.starts.length * columns.starts.length,
  };
}

/** What to do with an area: whole, or in tiles of so many cells. */
interface InTiles<Made> {
  readonly area: Area;
  readonly tiling: Tiling;
  readonly inference: InferenceService;
  model(area: Area): ModelRequest;
  make(tileCells: number | null): Promise<Made>;
  /** The operation on the image. */
  readonly done: 'decoded' | 'encoded';
}

/**
 * Processes an area as a whole or, if memory is insufficient or runs out, in tiles, which get smaller as long as they
 * see enough of the image. After that, the next device is used.
 *
 * @throws InferenceError of the last attempt
 */
export async function makeInTiles<Made>({ make, done, area, tiling, inference, model }: InTiles<Made>): Promise<Made> {
  const because = { code: 'memory-short', solution: `${done}-in-tiles` } as const;
  const firstTile = () => chooseTile(area, { tiling, model, fits: fitsInto(inference) });
  let tileCells = firstTile();
  if (tileCells !== null && tiling === 'auto') {
    inference.notice?.(`The image is ${done} in tiles, since it would not fit into memory.`, because);
  }
  for (;;) {
    try {
      return await make(tileCells);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      const smaller = tiling === 'off' ? undefined : smallerTile(area, tileCells);
      if (smaller !== undefined) {
        const size = tileCells === null ? 'tiles' : 'smaller tiles';
        inference.notice?.(`Out of memory, so the image is ${done} in ${size}.`, because);
        tileCells = smaller;
        continue;
      }
      if (!leaveFullDevice(inference)) throw error;
      tileCells = firstTile();
    }
  }
}

/** The next one to try after one that did not fit; `undefined`: there is none. */
function smallerTile({ h, w }: Area, tileCells: number | null): number | undefined {
  if (tileCells === null) return TILE_CELLS.find((cells) => cells < Math.max(h, w));
  return TILE_CELLS.find((cells) => cells < tileCells && cells >= LEAST_CELLS);
}
