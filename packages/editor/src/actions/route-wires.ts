import { overlaps } from '../catalog/card-boxes.js';
import type { Box, Point } from '../document/document.js';
import { curvesBox, pointOn, wireCurves } from '../rete/wire-geometry.js';

/** A wire between two sockets. */
export interface WireToRoute {
  readonly id: string;
  readonly from: Point;
  readonly to: Point;
}

// How close a wire may come to a card, other than the ones at which it starts and ends.
const CLEARANCE = 5;
// Where a wire may be led around a card: beside it, and in a few lanes above and below.
const BESIDE = 30;
const LANES = [12, 24, 36] as const;
// A wire is rather a little longer than led through one more point, or through one that another wire has.
const POINT_COST = 160;
const SHARED_COST = 120;
// Cards around one wire that are looked at, and curves that are tried for all: a graph of a thousand cards has to end, too.
const MAX_NEAR = 48;
const MAX_TRIED = 4_000_000;
const SEGMENTS = 20;

/**
 * Reroute points that lead wires around cards: for each wire that runs under a card, the shortest way through points
 * beside the cards (A* on a visibility graph whose edges are the curves as they are drawn).
 *
 * @returns the points of each wire that needs some; a wire without a free way has none
 */
export function routeWires(
  wires: readonly WireToRoute[],
  cards: readonly Box[],
): ReadonlyMap<string, readonly Point[]> {
  const routes = new Map<string, readonly Point[]>();
  const budget = { left: MAX_TRIED };
  const taken = new Set<string>();
  for (const wire of wires) {
    const near = cardsNear(wire, cards);
    if (isClear([wire.from, wire.to], wire, near)) continue;
    const points = shortestWay(wire, near, { taken, budget });
    if (points === undefined) continue;
    for (const point of points) taken.add(keyOf(point));
    routes.set(wire.id, points);
  }
  return routes;
}

interface Step {
  readonly point: Point;
  readonly cost: number;
  readonly before: Step | undefined;
}

interface Search {
  /** Points that other wires are led through. */
  readonly taken: ReadonlySet<string>;
  readonly budget: { left: number };
}

function shortestWay(wire: WireToRoute, cards: readonly Box[], { taken, budget }: Search) {
  const { from, to } = wire;
  const places = cards.flatMap(placesAround).filter((place) => !cards.some((card) => isInside(place, card)));
  const open: Step[] = [{ point: from, cost: 0, before: undefined }];
  const done = new Set<Point>();
  while (budget.left > 0) {
    const step = takeCheapest(open, to);
    if (step === undefined) return undefined;
    if (step.point === to) return pointsOf(step.before);
    if (done.has(step.point)) continue;
    done.add(step.point);
    for (const place of [to, ...places]) {
      if (done.has(place)) continue;
      budget.left--;
      if (!isClear([step.point, place], wire, cards)) continue;
      const shared = taken.has(keyOf(place)) ? SHARED_COST : 0;
      const cost = step.cost + distance(step.point, place) + POINT_COST + shared;
      open.push({ point: place, cost, before: step });
    }
  }
  return undefined;
}

/** Whether the curve between two points of a wire touches no card, but for the edges at which the wire starts and ends. */
function isClear([a, b]: readonly [Point, Point], { from, to }: WireToRoute, cards: readonly Box[]): boolean {
  const curves = wireCurves([a, b]);
  const around = grown(curvesBox(curves), CLEARANCE + 1);
  const near = cards.filter((card) => overlaps(card, around));
  if (near.length === 0) return true;
  const points = curves.flatMap((curve) =>
    Array.from({ length: SEGMENTS + 1 }, (_, i) => pointOn(curve, i / SEGMENTS)),
  );
  return near.every((card) => {
    const isOwn = (a === from && isOnEdge(card, from)) || (b === to && isOnEdge(card, to));
    const box = grown(card, isOwn ? -1 : CLEARANCE);
    return points.every((point, i) => i === 0 || !crosses(points[i - 1] as Point, point, box));
  });
}

/** A* takes the step first that can lead to the shortest way. */
function takeCheapest(open: Step[], to: Point): Step | undefined {
  let best = 0;
  const bound = (step: Step | undefined) =>
    step === undefined ? Number.POSITIVE_INFINITY : step.cost + distance(step.point, to);
  for (let i = 1; i < open.length; i++) if (bound(open[i]) < bound(open[best])) best = i;
  const step = open[best];
  const last = open.pop();
  if (step !== last && last !== undefined) open[best] = last;
  return step;
}

function pointsOf(step: Step | undefined): readonly Point[] {
  const points: Point[] = [];
  for (let at = step; at?.before !== undefined; at = at.before) points.unshift(at.point);
  return points;
}

function placesAround({ x, y, width, height }: Box): readonly Point[] {
  return [x - BESIDE, x + width + BESIDE].flatMap((column) =>
    LANES.flatMap((lane) => [
      { x: Math.round(column), y: Math.round(y - lane) },
      { x: Math.round(column), y: Math.round(y + height + lane) },
    ]),
  );
}

/** Those that a wire may have to go around, the nearest ones first. */
function cardsNear({ from, to }: WireToRoute, cards: readonly Box[]): readonly Box[] {
  if (cards.length <= MAX_NEAR) return cards;
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const reach = distance(from, to) / 2;
  const away = (card: Box) => distance({ x: card.x + card.width / 2, y: card.y + card.height / 2 }, middle) - reach;
  return [...cards].sort((a, b) => away(a) - away(b)).slice(0, MAX_NEAR);
}

/** Whether a straight line goes through a box (Liang-Barsky). */
function crosses(a: Point, b: Point, { x, y, width, height }: Box): boolean {
  if (width <= 0 || height <= 0) return false;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  let [enter, leave] = [0, 1];
  for (const [delta, room] of [
    [-dx, a.x - x],
    [dx, x + width - a.x],
    [-dy, a.y - y],
    [dy, y + height - a.y],
  ] as const) {
    if (delta === 0) {
      if (room <= 0) return false;
    } else if (delta < 0) enter = Math.max(enter, room / delta);
    else leave = Math.min(leave, room / delta);
  }
  return enter < leave;
}

function isOnEdge({ x, y, width, height }: Box, point: Point | undefined): boolean {
  return point !== undefined && (point.x === x || point.x === x + width) && point.y >= y && point.y <= y + height;
}

function isInside(point: Point, { x, y, width, height }: Box): boolean {
  return point.x > x && point.x < x + width && point.y > y && point.y < y + height;
}

function grown({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function keyOf({ x, y }: Point): string {
  return `${x},${y}`;
}
