import type { Point } from '../document/document.js';

// The pad is the square from 0 to 1, y downwards. Its parts are at the corners of a convex polygon.

const NEAR = 1e-6;

/** The positions of the parts of a mixture: two side by side, four in the corners, others on a circle from the top. */
export function anchorsFor(count: number): readonly Point[] {
  if (count === 1) return [{ x: 0.5, y: 0.5 }];
  if (count === 2) return [at(0, 0.5), at(1, 0.5)];
  if (count === 4) return [at(0, 0), at(1, 0), at(1, 1), at(0, 1)];
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count - Math.PI / 2;
    return at(0.5 + 0.5 * Math.cos(angle), 0.5 + 0.5 * Math.sin(angle));
  });
}

/**
 * How much each corner counts at a point of the polygon: mean value coordinates. They are shares of 1, and the corners
 * times their shares add up to the point, so that a point can be found again from its shares.
 *
 * @see Floater 2003, Mean value coordinates, https://doi.org/10.1016/S0167-8396(03)00002-5
 */
export function sharesAt(point: Point, anchors: readonly Point[]): readonly number[] {
  if (anchors.length === 1) return [1];
  const offsets = anchors.map((anchor) => at(anchor.x - point.x, anchor.y - point.y));
  const distances = offsets.map(({ x, y }) => Math.hypot(x, y));
  const corner = distances.findIndex((distance) => distance < NEAR);
  if (corner >= 0) return anchors.map((_, i) => (i === corner ? 1 : 0));
  const count = anchors.length;
  const next = (i: number) => (i + 1) % count;
  for (let i = 0; i < count; i++) {
    if (!liesBetween(offsets[i] as Point, offsets[next(i)] as Point)) continue;
    // On a side only its two ends count.
    const [a, b] = [distances[i] as number, distances[next(i)] as number];
    return anchors.map((_, k) => (k === i ? b / (a + b) : k === next(i) ? a / (a + b) : 0));
  }
  const tangents = offsets.map((offset, i) => halfTangent(offset, offsets[next(i)] as Point));
  const weights = tangents.map(
    (tangent, i) => (tangent + (tangents[(i + count - 1) % count] as number)) / (distances[i] as number),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The point that has these shares; weights count by their share, and those below 0 not at all. */
export function pointOf(weights: readonly number[], anchors: readonly Point[]): Point {
  const kept = weights.map((weight) => Math.max(weight, 0));
  const sum = kept.reduce((total, weight) => total + weight, 0);
  const share = (i: number) => (sum > 0 ? (kept[i] as number) / sum : 1 / anchors.length);
  return anchors.reduce((point, { x, y }, i) => at(point.x + share(i) * x, point.y + share(i) * y), at(0, 0));
}

/** The point of the polygon that is nearest. */
export function within(point: Point, anchors: readonly Point[]): Point {
  const sides = anchors.map((from, i) => [from, anchors[(i + 1) % anchors.length] as Point] as const);
  const isInside = anchors.length > 2 && sides.every(([from, to]) => cross(minus(to, from), minus(point, from)) >= 0);
  if (isInside) return point;
  const candidates = sides.map(([from, to]) => nearestOn(from, to, point));
  const far = (candidate: Point) => Math.hypot(candidate.x - point.x, candidate.y - point.y);
  return candidates.reduce((best, candidate) => (far(candidate) < far(best) ? candidate : best));
}

function at(x: number, y: number): Point {
  return { x, y };
}

function minus(a: Point, b: Point): Point {
  return at(a.x - b.x, a.y - b.y);
}

function cross(a: Point, b: Point): number {
  return a.x * b.y - a.y * b.x;
}

function dot(a: Point, b: Point): number {
  return a.x * b.x + a.y * b.y;
}

/** Whether the point from which the two are seen is on the line between them. */
function liesBetween(a: Point, b: Point): boolean {
  return Math.abs(cross(a, b)) < NEAR && dot(a, b) < 0;
}

/** Of half the angle between the two. */
function halfTangent(a: Point, b: Point): number {
  return Math.tan(Math.atan2(cross(a, b), dot(a, b)) / 2);
}

function nearestOn(from: Point, to: Point, point: Point): Point {
  const way = minus(to, from);
  const length = dot(way, way);
  const share = length < NEAR ? 0 : Math.min(Math.max(dot(minus(point, from), way) / length, 0), 1);
  return at(from.x + share * way.x, from.y + share * way.y);
}
