import type { Box, Point } from '../document/document.js';

/** How the canvas is shown: window = canvas place times `k` plus (`x`, `y`), from the canvas's own corner. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export const MIN_ZOOM = 0.04;
export const MAX_ZOOM = 2.5;

function clampZoom(k: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, k));
}

/** The viewport after a zoom that leaves `around`, in pixels from the canvas's corner, where it is. */
export function zoomedAround(viewport: Viewport, around: Point, zoom: number): Viewport {
  const k = clampZoom(zoom);
  const ratio = k / viewport.k;
  return { x: around.x - (around.x - viewport.x) * ratio, y: around.y - (around.y - viewport.y) * ratio, k };
}

export interface FitOptions {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Room left free at the edges, also for what floats over the canvas. */
  readonly marginPx: number;
  readonly maxZoom: number;
  readonly minZoom: number;
}

/** The viewport which shows the whole box in the middle. */
export function fitted(box: Box, { widthPx, heightPx, marginPx, maxZoom, minZoom }: FitOptions): Viewport {
  const wide = Math.max(1, widthPx - 2 * marginPx) / Math.max(1, box.width);
  const high = Math.max(1, heightPx - 2 * marginPx) / Math.max(1, box.height);
  const k = Math.max(minZoom, Math.min(wide, high, maxZoom));
  return { x: widthPx / 2 - middle(box.x, box.width) * k, y: heightPx / 2 - middle(box.y, box.height) * k, k };
}

/** Files may place things so far apart that no number says how far. */
function middle(start: number, length: number): number {
  return Number.isFinite(length) ? start + length / 2 : 0;
}

/** The part of the canvas that is on the screen, with a margin in pixels around it. */
export function visibleBox(
  { x, y, k }: Viewport,
  size: { readonly widthPx: number; readonly heightPx: number },
  marginPx: number,
): Box {
  return {
    x: (-x - marginPx) / k,
    y: (-y - marginPx) / k,
    width: (size.widthPx + 2 * marginPx) / k,
    height: (size.heightPx + 2 * marginPx) / k,
  };
}

/** Text grows in steps while the graph gets smaller, so that it can be read down to half size. */
export function zoomBand(k: number): 'near' | 'middle' | 'low' {
  if (k >= 0.8) return 'near';
  return k >= 0.6 ? 'middle' : 'low';
}
