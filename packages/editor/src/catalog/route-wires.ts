import type { Box, Point } from '../document/document.js';
import { overlaps, type WireToRoute } from './card-boxes.js';
import { moveApart, TakenLines } from './taken-lines.js';
import { curvesBox, distance, pointOn, wireCurves } from './wire-geometry.js';

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
// Of them for one wire at most; those of the templates take up to 3,535. One without a free way must not use up what others need.
const MAX_TRIED_OF_WIRE = 10_000;
// Places that are tried for points of all wires, so that each has a line of its own: a few tenths of a second.
const MAX_MOVES = 10_000;
const SEGMENTS = 20;

/**
 * Reroute points that lead wires around cards: for each wire that runs under a card, the shortest way through points
 * beside the cards (A* on a visibility graph whose edges are the curves as they are drawn). Points are moved so that wires
 * of different outputs have lines of their own.
 *
 * @param maxTried curves that are tried at most
 * @returns the points of each wire that needs some; a wire without a free way has none
 */
export function routeWires(
  wires: readonly WireToRoute[],
  cards: readonly Box[],
  maxTried = MAX_TRIED,
): ReadonlyMap<string, readonly Point[]> {
  const routes = new Map<string, readonly Point[]>();
  const budget = { left: maxTried };
  const taken = new Set<string>();
  const lines = new TakenLines();
  const moves = { left: MAX_MOVES };
  const others = wires.filter((wire) => {
    const straight = [wire.from, wire.to] as const;
    const isStraight = isClear(straight, wire, cards) && lines.isFree(straight);
    if (isStraight) lines.add(straight);
    return !isStraight;
  });
  for (const wire of others) {
    if (budget.left <= 0) break;
    const near = cardsNear(wire, cards);
    const own = { left: Math.min(budget.left, MAX_TRIED_OF_WIRE) };
    const given = own.left;
    const shortest = shortestWay(wire, near, { taken, budget: own });
    budget.left -= given - own.left;
    if (shortest === undefined) continue;
    for (const point of shortest) taken.add(keyOf(point));
    const points = moveApart(wire, shortest, {
      lines,
      budget: moves,
      isClear: (way) => way.every((point, i) => i === 0 || isClear([way[i - 1] ?? point, point], wire, near)),
    });
    lines.add([wire.from, ...points, wire.to]);
    if (points.length > 0) routes.set(wire.id, points);
  }
  return routes;
}

interface Step {
  readonly point: Point;
  readonly cost: number;
  /** What the whole way costs at least. */
  readonly bound: number;
  readonly before: Step | undefined;
}

interface Search {
  /** Points that other wires are led through. */
  readonly taken: ReadonlySet<string>;
  readonly budget: { left: number };
}

/** A* takes the step first that can lead to the shortest way; only then its curve is looked at, which takes longest. */
function shortestWay(wire: WireToRoute, cards: readonly Box[], { taken, budget }: Search) {
  const { from, to } = wire;
  const places = cards.flatMap(placesAround).filter((place) => !cards.some((card) => isInside(place, card)));
  const goals = [to, ...places].map((place) => ({
    place,
    left: distance(place, to),
    extra: POINT_COST + (taken.has(keyOf(place)) ? SHARED_COST : 0),
  }));
  const open: Step[] = [];
  const done = new Set<Point>([from]);
  const lookFrom = (before: Step) => {
    for (const { place, left, extra } of goals) {
      if (done.has(place)) continue;
      const cost = before.cost + distance(before.point, place) + extra;
      pushStep(open, { point: place, cost, bound: cost + left, before });
    }
  };
  lookFrom({ point: from, cost: 0, bound: 0, before: undefined });
  while (budget.left > 0) {
    const step = takeCheapest(open);
    if (step?.before === undefined) return undefined;
    if (done.has(step.point)) continue;
    budget.left--;
    if (!isClear([step.before.point, step.point], wire, cards)) continue;
    if (step.point === to) return pointsOf(step.before);
    done.add(step.point);
    lookFrom(step);
  }
  return undefined;
}

/** Whether the curve between two points of a wire touches no card, but for the edges at which the wire starts and ends. */
function isClear([a, b]: readonly [Point, Point], { from, to }: WireToRoute, cards: readonly Box[]): boolean {
  // The curve goes through the middle; for most that are blocked, that says it.
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  if (cards.some((card) => isInside(middle, card))) return false;
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

/** Into a binary heap with the least bound first. */
function pushStep(heap: Step[], step: Step): void {
  let at = heap.length;
  heap.push(step);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || above.bound <= step.bound) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = step;
}

function takeCheapest(heap: Step[]): Step | undefined {
  const [best] = heap;
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return best;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const isLeft = right === undefined || (left !== undefined && left.bound <= right.bound);
    const child = isLeft ? left : right;
    if (child === undefined || child.bound >= last.bound) break;
    heap[at] = child;
    at = isLeft ? 2 * at + 1 : 2 * at + 2;
  }
  heap[at] = last;
  return best;
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
  const measured = cards.map((card) => {
    const [dx, dy] = [card.x + card.width / 2 - middle.x, card.y + card.height / 2 - middle.y];
    return { card, away: dx * dx + dy * dy };
  });
  return measured
    .sort((a, b) => a.away - b.away)
    .slice(0, MAX_NEAR)
    .map(({ card }) => card);
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

function keyOf({ x, y }: Point): string {
  return `${x},${y}`;
}
