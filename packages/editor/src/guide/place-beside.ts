interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP_PX = 12;
const EDGE_PX = 8;

/**
 * Where something goes so that it lies beside a box and inside the window: below it if there is room, else above, right or
 * left of it, else in a corner of it.
 */
export function placeBeside(
  box: Box,
  { width, height }: Size,
  window: Size,
): { readonly left: number; readonly top: number } {
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  const along = (start: number, size: number, limit: number) =>
    Math.max(EDGE_PX, Math.min(start, limit - size - EDGE_PX));
  const left = along(box.left, width, window.width);
  const top = along(box.top, height, window.height);
  if (bottom + GAP_PX + height + EDGE_PX <= window.height) return { left, top: bottom + GAP_PX };
  if (box.top - GAP_PX - height >= EDGE_PX) return { left, top: box.top - GAP_PX - height };
  if (right + GAP_PX + width + EDGE_PX <= window.width) return { left: right + GAP_PX, top };
  if (box.left - GAP_PX - width >= EDGE_PX) return { left: box.left - GAP_PX - width, top };
  return { left, top: along(bottom - height - GAP_PX, height, window.height) };
}
