/** The position of a smaller map of values on a larger one. */
export interface Placement {
  /** Of the larger one, in places. */
  readonly width: number;
  readonly height: number;
  /** Of the smaller one. */
  readonly overWidth: number;
  readonly overHeight: number;
  readonly left: number;
  readonly top: number;
}

/** Calls for each place that both cover: its index in the larger map, and in the smaller one. */
export function eachOverlap(placement: Placement, visit: (under: number, over: number) => void): void {
  const { width, height, overWidth, overHeight, left, top } = placement;
  for (let y = Math.max(top, 0); y < Math.min(top + overHeight, height); y++) {
    for (let x = Math.max(left, 0); x < Math.min(left + overWidth, width); x++) {
      visit(y * width + x, (y - top) * overWidth + (x - left));
    }
  }
}
