/** The positions of equal tiles along an axis, so that they cover it and overlap. */
export interface AxisTiles {
  readonly size: number;
  readonly starts: readonly number[];
}

/**
 * Covers `length` with tiles of `size`, spread evenly, of which neighbours share at least `overlap`.
 *
 * @returns one tile of the whole length where that is no longer than `size`
 */
export function coverAxis(
  length: number,
  { size, overlap }: { readonly size: number; readonly overlap: number },
): AxisTiles {
  if (length <= size) return { size: length, starts: [0] };
  const count = Math.ceil((length - overlap) / (size - overlap));
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (length - size)) / (count - 1)));
  return { size, starts };
}

/**
 * The weight of each position of one tile: 1 in its middle, falling linearly over the overlap with a neighbour, and 1
 * up to an edge of the image. Never 0, so that sums can be divided by it.
 */
export function blendWeights(tiles: AxisTiles, index: number): Float32Array {
  const { size, starts } = tiles;
  const start = starts[index] ?? 0;
  const [before, after] = [starts[index - 1], starts[index + 1]];
  const sharedBefore = before === undefined ? 0 : before + size - start;
  const sharedAfter = after === undefined ? 0 : start + size - after;
  return Float32Array.from({ length: size }, (_, i) => {
    const rise = i < sharedBefore ? (i + 1) / (sharedBefore + 1) : 1;
    const fall = size - 1 - i < sharedAfter ? (size - i) / (sharedAfter + 1) : 1;
    return Math.min(rise, fall);
  });
}
