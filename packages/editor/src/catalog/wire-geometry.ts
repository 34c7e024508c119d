import type { Box, Point } from '../document/document.js';

/** A wire that is being pulled, with one loose end. */
export interface LooseWire {
  readonly from: Point;
  readonly to: Point;
  readonly colour: string;
}

/** One cubic Bezier curve. */
export interface Curve {
  readonly from: Point;
  readonly control1: Point;
  readonly control2: Point;
  readonly to: Point;
}

/** The way of a wire: one curve from each point to the next. */
export function wireCurves(points: readonly Point[]): readonly Curve[] {
  return points.slice(1).map((to, i) => {
    // The slice starts one later, so there is a point before each.
    const from = points[i] as Point;
    const reach = reachOf(from, to);
    return { from, control1: { x: from.x + reach, y: from.y }, control2: { x: to.x - reach, y: to.y }, to };
  });
}

/** A box that holds the curves; control points enclose a Bezier curve. */
export function curvesBox(curves: readonly Curve[]): Box {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const { from, control1, control2, to } of curves) {
    left = Math.min(left, from.x, control2.x);
    right = Math.max(right, to.x, control1.x);
    top = Math.min(top, from.y, to.y);
    bottom = Math.max(bottom, from.y, to.y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The closest point on a wire. */
export interface WireHit {
  readonly distance: number;
  /** The closest curve: its index is the number of reroute points before it. */
  readonly curve: number;
}

const SAMPLES = 24;

/** The distance from a point to the curves, by straight pieces: exact enough to aim with a mouse. */
export function distanceToCurves(curves: readonly Curve[], point: Point): WireHit {
  let distance = Number.POSITIVE_INFINITY;
  let curve = 0;
  for (const [i, piece] of curves.entries()) {
    let last = piece.from;
    for (let step = 1; step <= SAMPLES; step++) {
      const next = pointOn(piece, step / SAMPLES);
      const d = distanceToSegment(point, last, next);
      if (d < distance) {
        distance = d;
        curve = i;
      }
      last = next;
    }
  }
  return { distance, curve };
}

export function pointOn({ from, control1, control2, to }: Curve, t: number): Point {
  const s = 1 - t;
  const mix = (a: number, b: number, c: number, d: number) =>
    s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  return { x: mix(from.x, control1.x, control2.x, to.x), y: mix(from.y, control1.y, control2.y, to.y) };
}

/** How far a curve leaves its ends sideways: more when it has to turn back. */
function reachOf(from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = Math.abs(to.y - from.y);
  if (dx >= 0) return Math.max(Math.min(24, dx + dy), Math.min(dx * 0.5, 180));
  return Math.min(60 + -dx * 0.35, 260);
}

function distanceToSegment(point: Point, a: Point, b: Point): number {
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length2 = dx * dx + dy * dy;
  const t = length2 === 0 ? 0 : Math.min(1, Math.max(0, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length2));
  return Math.hypot(point.x - a.x - t * dx, point.y - a.y - t * dy);
}

export function distance(a: Point, b: Point): number {
  // Of numbers as large as a canvas, as exact as `Math.hypot`, and three times as fast.
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);
}
