import type { Point } from '../document/document.js';
import type { WireToRoute } from './card-boxes.js';
import { distance, pointOn, wireCurves } from './wire-geometry.js';

// Two wires are 3 px thick: at less than this from each other they look like one.
const CELL_PX = 4;
// How far two wires may run upon each other, as where they cross at a small angle.
const ALLOWED_PX = 40;
const STEP_PX = 8;
// Coordinates of cells as one number; more than any canvas holds.
const ROWS = 2 ** 22;
const SEVERAL = 'several';

/** Where wires are drawn, so that those of other outputs keep off. */
export class TakenLines {
  /** Cell -> the output whose wires run through it, as its socket, or {@link SEVERAL}. */
  readonly #cells = new Map<number, string>();

  /** @param points of the whole wire, from socket to socket */
  add(points: readonly Point[]): void {
    const output = outputOf(points[0]);
    for (const point of pointsAlong(points, STEP_PX)) {
      const cell = cellOf(point);
      for (const column of [cell - ROWS, cell, cell + ROWS]) {
        for (const row of [-1, 0, 1]) this.#add(column + row, output);
      }
    }
  }

  isFree(points: readonly Point[]): boolean {
    return this.togetherPx(points) <= ALLOWED_PX;
  }

  /** For how many px at most a wire would be drawn upon those of other outputs without a gap. */
  togetherPx(points: readonly Point[]): number {
    const output = outputOf(points[0]);
    let [longest, px] = [0, 0];
    for (const point of pointsAlong(points, STEP_PX)) {
      px = (this.#cells.get(cellOf(point)) ?? output) !== output ? px + STEP_PX : 0;
      longest = Math.max(longest, px);
    }
    return longest;
  }

  #add(cell: number, output: string): void {
    const before = this.#cells.get(cell);
    if (before !== output) this.#cells.set(cell, before === undefined ? output : SEVERAL);
  }
}

// How far a point may be moved up or down, and to the left or right.
const LANES = [0, -12, 12, -24, 24, -36, 36, -48, 48, -60, 60, -72, 72] as const;
const COLUMNS = [0, -10, 10, -18, 18, -26, 26, -34, 34] as const;
const ROUNDS = 2;

/** What keeps a wire from a place. */
interface Obstacles {
  readonly lines: TakenLines;
  /** Whether a whole wire runs under no card. */
  isClear(way: readonly Point[]): boolean;
  /** Places that are tried at most, for all wires. */
  readonly budget: { left: number };
}

/**
 * Moves the reroute points of a wire until it is drawn upon no other for long: those side by side in one lane up or down
 * together, each to the left or right.
 *
 * @returns the points, as little moved as that takes; as they were where nothing is better
 */
export function moveApart(
  { from, to }: WireToRoute,
  points: readonly Point[],
  { lines, isClear, budget }: Obstacles,
): readonly Point[] {
  let best = { points, px: lines.togetherPx([from, ...points, to]) };
  const tryMoved = (moved: readonly Point[]) => {
    const way = [from, ...moved, to];
    const px = lines.togetherPx(way);
    if (px < best.px && isClear(way)) best = { points: moved, px };
  };
  // One that needs no point gets one, halfway.
  const first =
    points.length > 0 ? points : [{ x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2) }];
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of first.keys()) {
      const start = best.points.length > 0 ? best.points : first;
      for (const dy of LANES) {
        for (const dx of COLUMNS) {
          if (best.px <= ALLOWED_PX || budget.left <= 0) return best.points;
          budget.left--;
          tryMoved(movedAt(start, i, { x: dx, y: dy }));
        }
      }
    }
  }
  return best.points;
}

/** With all that are in the lane of the point there. */
function movedAt(points: readonly Point[], index: number, by: Point): readonly Point[] {
  const lane = points[index]?.y;
  return points.map(({ x, y }, i) => ({ x: i === index ? x + by.x : x, y: y === lane ? y + by.y : y }));
}

/** Points on a wire that are about so far from each other. */
function pointsAlong(points: readonly Point[], stepPx: number): readonly Point[] {
  return wireCurves(points).flatMap((curve) => {
    const { from, control1, control2, to } = curve;
    // Of a curve, the way along its control points is the most that it can be long.
    const length = distance(from, control1) + distance(control1, control2) + distance(control2, to);
    const steps = Math.max(1, Math.ceil(length / stepPx));
    return Array.from({ length: steps + 1 }, (_, i) => pointOn(curve, i / steps));
  });
}

function cellOf({ x, y }: Point): number {
  return Math.floor(x / CELL_PX) * ROWS + Math.floor(y / CELL_PX);
}

function outputOf(socket: Point | undefined): string {
  return `${socket?.x},${socket?.y}`;
}
