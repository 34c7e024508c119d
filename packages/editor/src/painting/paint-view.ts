/**
 * The position of the image on the stage: `x` and `y` of its corner in CSS pixels, and the size of a mask pixel in
 * them.
 */
export interface PaintView {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface ScreenPoint {
  readonly x: number;
  readonly y: number;
}

const MIN_SCALE = 0.02;
const MAX_SCALE = 40;
const MARGIN_PX = 20;

/** The whole image in the middle of the stage. */
export function fitted(stage: Size, image: Size): PaintView {
  const scale = clampScale(
    Math.min(
      Math.max(1, stage.width - 2 * MARGIN_PX) / image.width,
      Math.max(1, stage.height - 2 * MARGIN_PX) / image.height,
    ),
  );
  return {
    x: (stage.width - image.width * scale) / 2,
    y: (stage.height - image.height * scale) / 2,
    scale,
  };
}

/** Zooms by a factor around a fixed point of the stage. */
export function zoomedAt({ x, y, scale }: PaintView, at: ScreenPoint, factor: number): PaintView {
  const next = clampScale(scale * factor);
  const by = next / scale;
  return { x: at.x - (at.x - x) * by, y: at.y - (at.y - y) * by, scale: next };
}

/** Two-finger gestures: the point under each finger stays under it, as far as zooming and moving can. */
export function pinched(
  view: PaintView,
  before: readonly [ScreenPoint, ScreenPoint],
  now: readonly [ScreenPoint, ScreenPoint],
): PaintView {
  const spread = ([a, b]: readonly [ScreenPoint, ScreenPoint]) => Math.hypot(a.x - b.x, a.y - b.y);
  const middle = ([a, b]: readonly [ScreenPoint, ScreenPoint]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [from, to] = [middle(before), middle(now)];
  const moved = { ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y };
  const factor = spread(before) === 0 ? 1 : spread(now) / spread(before);
  return zoomedAt(moved, to, factor);
}

/** A place of the stage in pixels of the mask. */
export function toMask({ x, y, scale }: PaintView, at: ScreenPoint): ScreenPoint {
  return { x: (at.x - x) / scale, y: (at.y - y) / scale };
}

/**
 * The radius of a brush, in pixels of the mask.
 *
 * @param pressure of a pen, 0 to 1; `undefined` for devices without, such as a mouse
 */
export function brushRadius(size: number, pressure: number | undefined): number {
  const share = pressure === undefined ? 1 : 0.15 + 0.85 * pressure;
  return Math.max(0.5, (size / 2) * share);
}

function clampScale(scale: number): number {
  return Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale));
}
