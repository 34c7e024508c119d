/**
 * A mask in the making: one byte a pixel, row by row from the top, 255 where the image is redrawn, 0 where it stays.
 * Everything here changes the pixels in place and says where.
 */
export interface MaskRaster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Whole pixels; `right` and `bottom` are just past it. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A point of a stroke: where, in pixels of the mask, and how wide the brush is there. */
export interface BrushPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export type Paint = 'add' | 'remove';

export const NO_AREA: Area = { left: 0, top: 0, right: 0, bottom: 0 };

export function createMask(width: number, height: number): MaskRaster {
  return { width, height, data: new Uint8Array(width * height) };
}

export function wholeArea({ width, height }: MaskRaster): Area {
  return { left: 0, top: 0, right: width, bottom: height };
}

export function isEmptyArea({ left, top, right, bottom }: Area): boolean {
  return right <= left || bottom <= top;
}

export function union(a: Area, b: Area): Area {
  if (isEmptyArea(a)) return b;
  if (isEmptyArea(b)) return a;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** Whether nothing is marked. */
export function isBlank({ data }: MaskRaster): boolean {
  return data.every((level) => level === 0);
}

/**
 * Paints from one point to the next, with round ends and edges smoothed over a pixel. Parts of one stroke may overlap:
 * the stronger one counts.
 *
 * @param softness 0: an even disc; 1: fading from its middle on
 */
export function paintSegment(
  mask: MaskRaster,
  [from, to]: readonly [BrushPoint, BrushPoint],
  { paint, softness }: { readonly paint: Paint; readonly softness: number },
): Area {
  const reach = Math.max(from.radius, to.radius) + 1;
  const area = clipped(mask, {
    left: Math.floor(Math.min(from.x, to.x) - reach),
    top: Math.floor(Math.min(from.y, to.y) - reach),
    right: Math.ceil(Math.max(from.x, to.x) + reach),
    bottom: Math.ceil(Math.max(from.y, to.y) + reach),
  });
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lengthSquared = dx * dx + dy * dy;
  return eachPixel(mask, { area, paint }, (x, y) => {
    const along = lengthSquared === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / lengthSquared;
    const t = Math.min(1, Math.max(0, along));
    const radius = from.radius + (to.radius - from.radius) * t;
    const distance = Math.hypot(x - from.x - dx * t, y - from.y - dy * t);
    return coverage(distance, radius, softness);
  });
}

function coverage(distance: number, radius: number, softness: number): number {
  const edge = Math.min(1, Math.max(0, radius + 0.5 - distance));
  if (softness === 0 || radius <= 0) return edge;
  const solid = radius * (1 - softness);
  const fading = Math.min(1, Math.max(0, (radius - distance) / (radius - solid)));
  // Smooth at both ends (Hermite), so that no ring shows where it begins to fade.
  return Math.min(edge, fading * fading * (3 - 2 * fading));
}

/** A shape given by numbers, in pixels of the mask. */
export interface MaskShape {
  readonly kind: 'rectangle' | 'ellipse';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Paints a shape; pixels whose center is inside are part of it. */
export function paintShape(mask: MaskRaster, shape: MaskShape, paint: Paint): Area {
  const { kind, left, top, width, height } = shape;
  const area = clipped(mask, {
    left: Math.floor(left),
    top: Math.floor(top),
    right: Math.ceil(left + width),
    bottom: Math.ceil(top + height),
  });
  const [rx, ry] = [width / 2, height / 2];
  return eachPixel(mask, { area, paint }, (x, y) => {
    if (kind === 'rectangle') return x >= left && y >= top && x < left + width && y < top + height ? 1 : 0;
    return ((x - left - rx) / rx) ** 2 + ((y - top - ry) / ry) ** 2 <= 1 ? 1 : 0;
  });
}

/**
 * Fills the enclosed area around a pixel: up to the painted parts, or, on a painted part, erases all of it. A level
 * from 128 on counts as painted.
 */
export function floodFill(mask: MaskRaster, x: number, y: number): Area {
  const { width, height, data } = mask;
  const start = Math.floor(y) * width + Math.floor(x);
  if (x < 0 || y < 0 || x >= width || y >= height) return NO_AREA;
  const isPainted = (data[start] ?? 0) >= 128;
  const level = isPainted ? 0 : 255;
  // Like the first pixel and not reached yet: filled pixels are of the other kind.
  const isOpen = (at: number) => (data[at] ?? 0) >= 128 === isPainted;
  let area: Area = NO_AREA;
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (!isOpen(at)) continue;
    const row = at - (at % width);
    let [first, last] = [at, at];
    while (first > row && isOpen(first - 1)) first--;
    while (last < row + width - 1 && isOpen(last + 1)) last++;
    data.fill(level, first, last + 1);
    const line = row / width;
    area = union(area, { left: first - row, top: line, right: last - row + 1, bottom: line + 1 });
    for (const next of [first - width, first + width]) {
      if (next < 0 || next >= width * height) continue;
      const end = next + last - first;
      // One pixel of each run is enough to come back to it.
      for (let i = next; i <= end; i++) if (isOpen(i) && (i === next || !isOpen(i - 1))) waiting.push(i);
    }
  }
  return area;
}

export function fillAll(mask: MaskRaster, level: 0 | 255): Area {
  mask.data.fill(level);
  return wholeArea(mask);
}

export function invert(mask: MaskRaster): Area {
  const { data } = mask;
  for (let i = 0; i < data.length; i++) data[i] = 255 - (data[i] ?? 0);
  return wholeArea(mask);
}

/**
 * Feathers the edges over about `radius` pixels to both sides: three box blurs, which approximate a Gaussian blur.
 * Beyond the borders the mask continues as at the border.
 *
 * @see W. M. Wells, Efficient synthesis of Gaussian filters by cascaded uniform filters (1986)
 */
export function feather(mask: MaskRaster, radius: number): Area {
  const { width, height, data } = mask;
  const reach = Math.max(1, Math.round(radius / 2));
  // With fractions, or six roundings would eat the faint ends.
  let levels = Float32Array.from(data);
  for (let pass = 0; pass < 3; pass++) {
    levels = blurLines(levels, { lines: height, length: width, step: 1, lineStep: width, reach });
    levels = blurLines(levels, { lines: width, length: height, step: width, lineStep: 1, reach });
  }
  for (let i = 0; i < data.length; i++) data[i] = Math.round(levels[i] ?? 0);
  return wholeArea(mask);
}

interface Lines {
  readonly lines: number;
  readonly length: number;
  /** From one pixel of a line to the next, and from one line to the next. */
  readonly step: number;
  readonly lineStep: number;
  readonly reach: number;
}

/** The mean of each pixel and its `reach` neighbours on both sides, by a sum that moves along. */
function blurLines(
  levels: Float32Array<ArrayBuffer>,
  { lines, length, step, lineStep, reach }: Lines,
): Float32Array<ArrayBuffer> {
  const blurred = new Float32Array(levels.length);
  const size = 2 * reach + 1;
  for (let line = 0; line < lines; line++) {
    const at = (i: number) => levels[line * lineStep + Math.min(length - 1, Math.max(0, i)) * step] ?? 0;
    let sum = 0;
    for (let i = -reach; i <= reach; i++) sum += at(i);
    for (let i = 0; i < length; i++) {
      blurred[line * lineStep + i * step] = sum / size;
      sum += at(i + reach + 1) - at(i - reach);
    }
  }
  return blurred;
}

/** A copy of the pixels of an area, to be put back. */
export function copyArea({ width, data }: MaskRaster, { left, top, right, bottom }: Area): Uint8Array {
  const copy = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    copy.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return copy;
}

export function putArea({ width, data }: MaskRaster, { left, top, right, bottom }: Area, pixels: Uint8Array): void {
  for (let y = top; y < bottom; y++) {
    const row = (y - top) * (right - left);
    data.set(pixels.subarray(row, row + right - left), y * width + left);
  }
}

/** @param covers how much of a pixel is painted, 0 to 1, by its middle */
function eachPixel(
  { width, data }: MaskRaster,
  { area, paint }: { readonly area: Area; readonly paint: Paint },
  covers: (x: number, y: number) => number,
): Area {
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) {
      const covered = covers(x + 0.5, y + 0.5);
      if (covered === 0) continue;
      const at = y * width + x;
      const level = Math.round(255 * covered);
      const before = data[at] ?? 0;
      data[at] = paint === 'add' ? Math.max(before, level) : Math.min(before, 255 - level);
    }
  }
  return area;
}

function clipped({ width, height }: MaskRaster, { left, top, right, bottom }: Area): Area {
  const area = {
    left: Math.max(0, left),
    top: Math.max(0, top),
    right: Math.min(width, right),
    bottom: Math.min(height, bottom),
  };
  return isEmptyArea(area) ? NO_AREA : area;
}
