import type { Curve } from '../catalog/wire-geometry.js';
import type { Box } from '../document/document.js';
import type { CanvasTheme } from './canvas-theme.js';
import type { PlacedWire, WireIndex } from './wire-index.js';

export interface WireScene {
  readonly index: WireIndex;
  readonly k: number;
  /** The part of the canvas that is on the screen. */
  readonly screen: Box;
  readonly theme: CanvasTheme;
  /** Links drawn stronger: selected ones, those of selected nodes. */
  readonly strong: ReadonlySet<string>;
  /** The link under the pointer or under a dragged node. */
  readonly hot: string | undefined;
  /** A link that was picked up and goes when it is dropped. */
  readonly faded: string | undefined;
}

// Below this zoom a curve looks like a line.
const STRAIGHT_BELOW = 0.12;
// Below this zoom they cannot be read.
const NAMES_ABOVE = 0.4;

/** Paints wires with one stroke a colour; the context is in canvas units. */
export class WirePainter {
  // The whole graph in view is the same image from frame to frame while nothing moves.
  #whole:
    | { readonly version: number; readonly isStraight: boolean; readonly paths: ReadonlyMap<string, Path2D> }
    | undefined;

  paint(g: CanvasRenderingContext2D, scene: WireScene): void {
    const { index, k, screen, hot, faded, strong } = scene;
    const isStraight = k < STRAIGHT_BELOW;
    const isPlain = strong.size === 0 && hot === undefined && faded === undefined;
    const paths = k < 0.3 && isPlain ? this.#wholePaths(index, isStraight) : nearPaths(scene, isStraight);
    g.lineCap = 'round';
    g.lineWidth = Math.max(2.5, 1.2 / k);
    g.globalAlpha = strong.size > 0 ? 0.5 : 0.85;
    for (const [colour, path] of paths) {
      g.strokeStyle = colour;
      g.stroke(path);
    }
    g.globalAlpha = 1;
    for (const id of strong) paintOne(g, index.get(id), { width: Math.max(3, 1.5 / k), screen });
    if (faded !== undefined) {
      g.globalAlpha = 0.25;
      paintOne(g, index.get(faded), { width: Math.max(2.5, 1.2 / k), screen });
      g.globalAlpha = 1;
    }
    if (hot !== undefined) paintOne(g, index.get(hot), { width: Math.max(5, 2.5 / k), screen });
    if (!isStraight) paintReroutes(g, scene);
  }

  #wholePaths(index: WireIndex, isStraight: boolean): ReadonlyMap<string, Path2D> {
    if (this.#whole?.version !== index.version || this.#whole.isStraight !== isStraight) {
      const paths = new Map<string, Path2D>();
      for (const wire of index.placed()) extend(paths, wire, isStraight);
      this.#whole = { version: index.version, isStraight, paths };
    }
    return this.#whole.paths;
  }
}

function nearPaths({ index, screen, strong, hot, faded }: WireScene, isStraight: boolean): ReadonlyMap<string, Path2D> {
  const paths = new Map<string, Path2D>();
  for (const wire of index.placed()) {
    if (strong.has(wire.id) || wire.id === hot || wire.id === faded || !touches(wire.box, screen)) continue;
    extend(paths, wire, isStraight);
  }
  return paths;
}

function extend(paths: Map<string, Path2D>, { colour, curves }: PlacedWire, isStraight: boolean): void {
  let path = paths.get(colour);
  if (path === undefined) {
    path = new Path2D();
    paths.set(colour, path);
  }
  trace(path, curves, isStraight);
}

function paintOne(
  g: CanvasRenderingContext2D,
  wire: PlacedWire | undefined,
  { width, screen }: { readonly width: number; readonly screen: Box },
): void {
  if (wire === undefined || !touches(wire.box, screen)) return;
  g.strokeStyle = wire.colour;
  g.lineWidth = width;
  g.stroke(pathOf(wire.curves, false));
}

function paintReroutes(g: CanvasRenderingContext2D, { index, screen, theme, k }: WireScene): void {
  for (const { reroutes, colour, box } of index.placed()) {
    if (reroutes.length === 0 || !touches(box, screen)) continue;
    for (const { x, y, name } of reroutes) {
      g.beginPath();
      g.arc(x, y, 6, 0, 2 * Math.PI);
      g.fillStyle = theme.card;
      g.fill();
      g.lineWidth = 2.5;
      g.strokeStyle = colour;
      g.stroke();
      if (name !== undefined && k > NAMES_ABOVE) paintName(g, name, { x: x + 11, y: y + 4.5, theme });
    }
  }
}

function paintName(
  g: CanvasRenderingContext2D,
  name: string,
  { x, y, theme }: { readonly x: number; readonly y: number; readonly theme: CanvasTheme },
): void {
  g.font = `500 13px ${theme.font}`;
  // Wires may run behind it.
  g.lineJoin = 'round';
  g.lineWidth = 4;
  g.strokeStyle = theme.card;
  g.strokeText(name, x, y);
  g.fillStyle = theme.text;
  g.fillText(name, x, y);
}

function pathOf(curves: readonly Curve[], isStraight: boolean): Path2D {
  const path = new Path2D();
  trace(path, curves, isStraight);
  return path;
}

function trace(path: Path2D, curves: readonly Curve[], isStraight: boolean): void {
  for (const { from, control1, control2, to } of curves) {
    path.moveTo(from.x, from.y);
    if (isStraight) path.lineTo(to.x, to.y);
    else path.bezierCurveTo(control1.x, control1.y, control2.x, control2.y, to.x, to.y);
  }
}

// A level wire's box has no height, so this counts touching edges, too.
function touches(box: Box, screen: Box): boolean {
  return (
    box.x <= screen.x + screen.width &&
    screen.x <= box.x + box.width &&
    box.y <= screen.y + screen.height &&
    screen.y <= box.y + box.height
  );
}
