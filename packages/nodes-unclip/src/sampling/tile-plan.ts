import type { InferenceService, ModelRequest } from '../models/inference.js';

/** `auto`: in tiles where the plain way would not fit into memory. */
export type Tiling = 'auto' | 'off' | 'always';

interface Area {
  /** In latent cells. */
  readonly h: number;
  readonly w: number;
}

// Sides of square tiles in latent cells. Below 32 (256 px with a real checkpoint) a tile sees too little of the picture
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
export function chooseTile({ h, w }: Area, { tiling, inference, model }: TileChoice): number | null {
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

/** The largest tile that is smaller than the area, for what turned out not to fit; `undefined`: there is none. */
export function largestTileBelow({ h, w }: Area): number | undefined {
  return TILE_CELLS.find((cells) => cells < Math.max(h, w));
}
