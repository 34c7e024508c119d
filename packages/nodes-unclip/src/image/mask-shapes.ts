import { eachOverlap } from './place-image.js';

/** One value a pixel, 0..255, rows from the top. */
export interface MaskLevels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Grows the white area, or shrinks it below 0.
 *
 * @param tapered corners grow less, so that a point becomes a diamond and not a square
 * @see ComfyUI 0.3.64, comfy_extras/nodes_mask.py, GrowMask
 */
export function growMask(
  mask: MaskLevels,
  { byPx, tapered }: { readonly byPx: number; readonly tapered: boolean },
): MaskLevels {
  const extreme = byPx < 0 ? Math.min : Math.max;
  let current = mask;
  for (let i = 0; i < Math.abs(byPx); i++) current = tapered ? cross(current, extreme) : square(current, extreme);
  return current;
}

type Extreme = (...values: readonly number[]) => number;

function cross({ width, height, data }: MaskLevels, extreme: Extreme): MaskLevels {
  const at = levelAt({ width, height, data });
  return fill(width, height, (x, y) => extreme(at(x, y), at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1)));
}

/** Of a 3 x 3 square: along rows, then along columns. */
function square({ width, height, data }: MaskLevels, extreme: Extreme): MaskLevels {
  const at = levelAt({ width, height, data });
  const rows = fill(width, height, (x, y) => extreme(at(x - 1, y), at(x, y), at(x + 1, y)));
  const below = levelAt(rows);
  return fill(width, height, (x, y) => extreme(below(x, y - 1), below(x, y), below(x, y + 1)));
}

/** Beyond the edges it is as at them, so that nothing grows in from there. */
function levelAt({ width, height, data }: MaskLevels): (x: number, y: number) => number {
  const hold = (position: number, length: number) => Math.min(Math.max(position, 0), length - 1);
  return (x, y) => data[hold(y, height) * width + hold(x, width)] as number;
}

function fill(width: number, height: number, level: (x: number, y: number) => number): MaskLevels {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = level(x, y);
  return { width, height, data };
}

export interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Fades a mask out towards its edges, over so many pixels each. @see ComfyUI 0.3.64, comfy_extras/nodes_mask.py, FeatherMask */
export function featherMask({ width, height, data }: MaskLevels, edges: Edges): MaskLevels {
  const over = (px: number, length: number) => Math.min(px, length);
  const rate = (distance: number, px: number) => (distance < px ? (distance + 1) / px : 1);
  const [left, right] = [over(edges.left, width), over(edges.right, width)];
  const [top, bottom] = [over(edges.top, height), over(edges.bottom, height)];
  return fill(width, height, (x, y) => {
    const level = data[y * width + x] as number;
    const across = rate(x, left) * rate(width - 1 - x, right);
    return Math.round(level * across * rate(y, top) * rate(height - 1 - y, bottom));
  });
}

const OPERATIONS = {
  multiply: (a: number, b: number) => (a * b) / 255,
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  and: (a: number, b: number) => (isSet(a) && isSet(b) ? 255 : 0),
  or: (a: number, b: number) => (isSet(a) || isSet(b) ? 255 : 0),
  xor: (a: number, b: number) => (isSet(a) === isSet(b) ? 0 : 255),
} as const satisfies Readonly<Record<string, (a: number, b: number) => number>>;

export type MaskOperation = keyof typeof OPERATIONS;
export const MASK_OPERATIONS = Object.keys(OPERATIONS) as [MaskOperation, ...MaskOperation[]];

function isSet(level: number): boolean {
  return level >= 128;
}

/** One mask over another, where both are. @see ComfyUI 0.3.64, comfy_extras/nodes_mask.py, MaskComposite */
export function composeMasks(
  under: MaskLevels,
  over: MaskLevels,
  { left, top, operation }: { readonly left: number; readonly top: number; readonly operation: MaskOperation },
): MaskLevels {
  const { width, height } = under;
  const operate = OPERATIONS[operation];
  const data = new Uint8ClampedArray(under.data);
  eachOverlap({ width, height, overWidth: over.width, overHeight: over.height, left, top }, (i, j) => {
    // Indices of places that both have.
    data[i] = operate(under.data[i] as number, over.data[j] as number);
  });
  return { width, height, data: new Uint8Array(data.buffer) };
}
