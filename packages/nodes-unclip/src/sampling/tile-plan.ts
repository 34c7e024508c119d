import { type InferenceService, isOutOfMemory, leaveFullDevice, type ModelRequest } from '../models/inference.js';

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
  readonly inference: Pick<InferenceService, 'memoryBudgetBytes'>;
  /** The model that would take an area. */
  model(area: Area): ModelRequest;
}

/** @returns the side of a tile in latent cells, `null` for the plain way */
function chooseTile({ h, w }: Area, { tiling, inference, model }: TileChoice): number | null {
  if (tiling === 'off') return null;
  const { memoryBudgetBytes = Number.POSITIVE_INFINITY } = inference;
  const fits = (area: Area) => {
    const { weightBytes, workingBytes = 0 } = model(area).build();
    return weightBytes + workingBytes <= memoryBudgetBytes;
  };
  if (tiling === 'auto' && (memoryBudgetBytes === Number.POSITIVE_INFINITY || fits({ h, w }))) return null;
  const smaller = TILE_CELLS.filter((cells) => cells < Math.max(h, w));
  const useful = smaller.filter((cells) => cells >= LEAST_CELLS);
  const candidates = useful.length > 0 ? useful : smaller.slice(0, 1);
  // Where even the smallest is too large there is nothing better to try.
  return (
    candidates.find((cells) => fits({ h: Math.min(cells, h), w: Math.min(cells, w) })) ?? candidates.at(-1) ?? null
  );
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
export async function makeInTiles<Made>({ make, done, ...choice }: InTiles<Made>): Promise<Made> {
  const { area, tiling, inference } = choice;
  const because = { code: 'memory-short', solution: `${done}-in-tiles` } as const;
  let tileCells = chooseTile(area, choice);
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
      tileCells = chooseTile(area, choice);
    }
  }
}

/** The next one to try after one that did not fit; `undefined`: there is none. */
function smallerTile({ h, w }: Area, tileCells: number | null): number | undefined {
  if (tileCells === null) return TILE_CELLS.find((cells) => cells < Math.max(h, w));
  return TILE_CELLS.find((cells) => cells < tileCells && cells >= LEAST_CELLS);
}
