import { overlaps } from '../catalog/card-boxes.js';
import type { PortSide } from '../catalog/card-layout.js';
import { type Curve, curvesBox, distanceToCurves, wireCurves } from '../catalog/wire-geometry.js';
import type { Box, Point, ReroutePoint } from '../document/document.js';

/** One wire as it is drawn. */
export interface Wire {
  readonly id: string;
  readonly source: string;
  readonly output: string;
  readonly reader: string;
  readonly input: string;
  readonly colour: string;
}

/** A wire with its way on the canvas. */
export interface PlacedWire extends Wire {
  readonly curves: readonly Curve[];
  readonly reroutes: readonly ReroutePoint[];
  readonly box: Box;
}

export interface WireSurroundings {
  /** The middle of a socket on the canvas, wherever its card is right now. */
  socket(node: string, side: PortSide, name: string): Point | undefined;
  reroutes(link: string): readonly ReroutePoint[];
}

export interface WireAt {
  readonly link: string;
  /** Reroute points before the place. */
  readonly index: number;
}

/** A reroute point in the hand of the user, which the document does not know yet. */
export interface HeldPoint extends WireAt {
  /** It is inserted at `index`; otherwise it replaces the point there. */
  readonly isNew: boolean;
  readonly at: Point;
}

/** All wires and their routes. A wire's route is computed on demand and cached until one of its ends moves. */
export class WireIndex {
  /** Rises with every change, so that drawings can be kept. */
  version = 0;
  readonly #surroundings: WireSurroundings;
  readonly #wires = new Map<string, Wire>();
  readonly #placed = new Map<string, PlacedWire>();
  readonly #ofNode = new Map<string, Set<string>>();
  #held: HeldPoint | undefined;

  constructor(surroundings: WireSurroundings) {
    this.#surroundings = surroundings;
  }

  get size(): number {
    return this.#wires.size;
  }

  add(wire: Wire): void {
    this.remove(wire.id);
    this.#wires.set(wire.id, wire);
    for (const node of [wire.source, wire.reader]) {
      const wires = this.#ofNode.get(node) ?? new Set();
      this.#ofNode.set(node, wires.add(wire.id));
    }
    this.version++;
  }

  remove(id: string): void {
    const wire = this.#wires.get(id);
    if (wire === undefined) return;
    for (const node of [wire.source, wire.reader]) this.#ofNode.get(node)?.delete(id);
    this.#wires.delete(id);
    this.#placed.delete(id);
    this.version++;
  }

  /** The card of this node moved or changed its size. */
  touchNode(node: string): void {
    for (const id of this.#ofNode.get(node) ?? []) this.#placed.delete(id);
    this.version++;
  }

  touchWire(id: string): void {
    this.#placed.delete(id);
    this.version++;
  }

  /** Draws a wire through a point that is being dragged; `undefined`: no more. */
  hold(point: HeldPoint | undefined): void {
    if (this.#held !== undefined) this.touchWire(this.#held.link);
    this.#held = point;
    if (point !== undefined) this.touchWire(point.link);
  }

  /** Every wire whose ends can be found. */
  *placed(): Iterable<PlacedWire> {
    for (const id of this.#wires.keys()) {
      const wire = this.#place(id);
      if (wire !== undefined) yield wire;
    }
  }

  get(id: string): PlacedWire | undefined {
    return this.#place(id);
  }

  /** The wires of a node. */
  of(node: string): Iterable<string> {
    return this.#ofNode.get(node) ?? [];
  }

  /** The wire closest to a place, within `reach` canvas units. */
  at(point: Point, reach: number): WireAt | undefined {
    const around = { x: point.x - reach, y: point.y - reach, width: 2 * reach, height: 2 * reach };
    let best: WireAt | undefined;
    let bestDistance = reach;
    for (const { id, curves, box } of this.placed()) {
      if (!overlaps(grown(box, 1), around)) continue;
      const { distance, curve } = distanceToCurves(curves, point);
      if (distance > bestDistance) continue;
      bestDistance = distance;
      best = { link: id, index: curve };
    }
    return best;
  }

  /** The reroute point closest to a place, within `reach` canvas units. */
  rerouteAt(point: Point, reach: number): WireAt | undefined {
    for (const { id, reroutes } of this.placed()) {
      const index = reroutes.findIndex(({ x, y }) => Math.hypot(point.x - x, point.y - y) <= reach);
      if (index >= 0) return { link: id, index };
    }
    return undefined;
  }

  #reroutes(id: string): readonly ReroutePoint[] {
    const points = this.#surroundings.reroutes(id);
    const held = this.#held;
    if (held?.link !== id) return points;
    if (held.isNew) return points.toSpliced(held.index, 0, held.at);
    return points.with(held.index, { ...points[held.index], ...held.at });
  }

  #place(id: string): PlacedWire | undefined {
    const known = this.#placed.get(id);
    if (known !== undefined) return known;
    const wire = this.#wires.get(id);
    if (wire === undefined) return undefined;
    const from = this.#surroundings.socket(wire.source, 'output', wire.output);
    const to = this.#surroundings.socket(wire.reader, 'input', wire.input);
    if (from === undefined || to === undefined) return undefined;
    const reroutes = this.#reroutes(id);
    const curves = wireCurves([from, ...reroutes, to]);
    const placed = { ...wire, curves, reroutes, box: curvesBox(curves) };
    this.#placed.set(id, placed);
    return placed;
  }
}

// A level wire's box has no height, and empty boxes overlap nothing.
function grown({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}
