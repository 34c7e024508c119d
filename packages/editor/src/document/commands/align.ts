import type { Box, Point } from '../document.js';
import type { EntityKey } from '../entity-key.js';

export type AlignEdge = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';
export type Axis = 'horizontal' | 'vertical';

/** Things with their boxes; pure arithmetic, so that it needs no canvas. */
export type Boxes = ReadonlyMap<EntityKey, Box>;

/** Positions in which all boxes share one edge or center line: that of their bounding box. */
export function aligned(boxes: Boxes, edge: AlignEdge): ReadonlyMap<EntityKey, Point> {
  const around = boxAround(boxes.values());
  if (around === undefined) return new Map();
  return new Map([...boxes].map(([key, box]) => [key, alignOne(box, around, edge)]));
}

/** Places in which the gaps between neighbours are equal; the two outermost stay. */
export function distributed(boxes: Boxes, axis: Axis): ReadonlyMap<EntityKey, Point> {
  const start = (box: Box) => (axis === 'horizontal' ? box.x : box.y);
  const length = (box: Box) => (axis === 'horizontal' ? box.width : box.height);
  const sorted = [...boxes].sort(([, a], [, b]) => start(a) - start(b));
  const first = sorted[0]?.[1];
  const last = sorted.at(-1)?.[1];
  if (first === undefined || last === undefined || sorted.length < 3) return new Map();
  const filled = sorted.reduce((sum, [, box]) => sum + length(box), 0);
  const gap = (start(last) + length(last) - start(first) - filled) / (sorted.length - 1);
  let next = start(first);
  return new Map(
    sorted.map(([key, box]) => {
      const at = Math.round(next);
      next += length(box) + gap;
      return [key, axis === 'horizontal' ? { x: at, y: box.y } : { x: box.x, y: at }];
    }),
  );
}

export function boxAround(boxes: Iterable<Box>): Box | undefined {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return right < left ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

function alignOne(box: Box, around: Box, edge: AlignEdge): Point {
  const { x, y } = box;
  switch (edge) {
    case 'left':
      return { x: around.x, y };
    case 'centre':
      return { x: Math.round(around.x + (around.width - box.width) / 2), y };
    case 'right':
      return { x: around.x + around.width - box.width, y };
    case 'top':
      return { x, y: around.y };
    case 'middle':
      return { x, y: Math.round(around.y + (around.height - box.height) / 2) };
    case 'bottom':
      return { x, y: around.y + around.height - box.height };
  }
}
