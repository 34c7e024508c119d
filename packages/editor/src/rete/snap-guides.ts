import type { Box, Point } from '../document/document.js';

/** A line through edges or middles that are in line, in canvas units. */
export interface Guide {
  /** `x`: it stands upright at this x. */
  readonly axis: 'x' | 'y';
  readonly at: number;
  /** Where it begins and ends along the other axis. */
  readonly from: number;
  readonly to: number;
}

/**
 * Draws a box to the nearest line of others: edges to edges, middles to middles, in each axis by itself.
 *
 * @param reach how far away a line still draws it, in canvas units
 * @returns how far the box moves for it, and a line for each axis in which it is in line with others then
 */
export function snapToGuides(
  box: Box,
  others: readonly Box[],
  reach: number,
): { readonly offset: Point; readonly guides: readonly Guide[] } {
  const x = nearest(linesOf(box.x, box.width), others, { reach, linesOf: (other) => linesOf(other.x, other.width) });
  const y = nearest(linesOf(box.y, box.height), others, { reach, linesOf: (other) => linesOf(other.y, other.height) });
  const moved = { ...box, x: box.x + (x?.offset ?? 0), y: box.y + (y?.offset ?? 0) };
  return {
    offset: { x: x?.offset ?? 0, y: y?.offset ?? 0 },
    guides: [
      ...(x ? [{ axis: 'x' as const, at: x.at, ...reachOf([moved, ...x.boxes], 'y') }] : []),
      ...(y ? [{ axis: 'y' as const, at: y.at, ...reachOf([moved, ...y.boxes], 'x') }] : []),
    ],
  };
}

type Lines = readonly [start: number, middle: number, end: number];

function linesOf(start: number, length: number): Lines {
  return [start, start + length / 2, start + length];
}

/** The line that is nearest to one of the box's own, and the boxes that have it. */
function nearest(
  own: Lines,
  others: readonly Box[],
  { reach, linesOf: linesOfBox }: { readonly reach: number; readonly linesOf: (box: Box) => Lines },
): { readonly offset: number; readonly at: number; readonly boxes: readonly Box[] } | undefined {
  let offset = Number.POSITIVE_INFINITY;
  let at = 0;
  for (const box of others) {
    const lines = linesOfBox(box);
    for (const [a, mine] of own.entries()) {
      for (const [b, line] of lines.entries()) {
        // A middle in line with an edge looks like a mistake.
        if ((a === 1) !== (b === 1) || Math.abs(line - mine) >= Math.min(Math.abs(offset), reach)) continue;
        offset = line - mine;
        at = line;
      }
    }
  }
  if (offset === Number.POSITIVE_INFINITY) return undefined;
  return { offset, at, boxes: others.filter((box) => linesOfBox(box).includes(at)) };
}

function reachOf(boxes: readonly Box[], axis: 'x' | 'y'): Pick<Guide, 'from' | 'to'> {
  const length = axis === 'x' ? 'width' : 'height';
  return {
    from: Math.min(...boxes.map((box) => box[axis])),
    to: Math.max(...boxes.map((box) => box[axis] + box[length])),
  };
}
