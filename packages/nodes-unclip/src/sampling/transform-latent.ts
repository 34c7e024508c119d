import { unreachable } from '@unclip-studio/graph-core';
import { eachOverlap } from '../image/place-image.js';
import { broadcastRows, concatRows, splitRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { resizeLatentLikeComfyUi } from './comfyui/resize-latent.js';
import { type Cells, cropCells } from './prompt-parts.js';
import { resizeLatent } from './resize-latent.js';

/** `share` of the first and the rest of the second, which is resized to it. @see ComfyUI 0.3.64, nodes.py, LatentBlend */
export function blendLatents(first: Tensor, second: Tensor, share: number): Tensor {
  const { n = 0, h = 0, w = 0 } = bindDims('LatentBlend latent', first, 'n c h w');
  const isSameSize = second.dims[2] === h && second.dims[3] === w;
  const resized = isSameSize ? second : resizeLatent(second, { h, w, method: 'bicubic' });
  const { data } = broadcastRows('LatentBlend latent', resized, n);
  return tensor(
    first.dims,
    first.data.map((value, i) => share * value + (1 - share) * (data[i] as number)),
  );
}

export const LATENT_SUMS = ['add', 'subtract', 'interpolate'] as const;

export interface LatentSum {
  readonly operation: (typeof LATENT_SUMS)[number];
  /** Of an interpolation: how much the first one counts. */
  readonly share: number;
}

/** The sum of two latents and their like, the second brought to the size and the number of the first. @see ComfyUI 0.3.64, comfy_extras/nodes_latent.py */
export function sumLatents(first: Tensor, second: Tensor, { operation, share }: LatentSum): Tensor {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('LatentSum latent', first, 'n c h w');
  const { data } = cycleRows(toSizeOf(first, second), n);
  const sum = (weightA: number, weightB: number) =>
    first.data.map((value, i) => weightA * value + weightB * (data[i] as number)); // Both hold as many values.
  switch (operation) {
    case 'add':
      return tensor(first.dims, sum(1, 1));
    case 'subtract':
      return tensor(first.dims, sum(1, -1));
    case 'interpolate':
      return tensor(first.dims, interpolate([first.data, data], { share, c, area: h * w, n }));
    default:
      return unreachable(operation);
  }
}

interface Interpolation {
  readonly share: number;
  readonly n: number;
  readonly c: number;
  /** Cells of a plane. */
  readonly area: number;
}

/** In each cell the direction of the mean of both directions, as long as the mean of both lengths. @see ComfyUI 0.3.64, LatentInterpolate */
function interpolate(
  [a, b]: readonly [Float32Array, Float32Array],
  { share, n, c, area }: Interpolation,
): Float32Array {
  const out = new Float32Array(a.length);
  for (let cell = 0; cell < n * area; cell++) {
    const at = Array.from({ length: c }, (_, plane) => (Math.floor(cell / area) * c + plane) * area + (cell % area));
    const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value ** 2, 0));
    const unit = (values: readonly number[], length: number) =>
      values.map((value) => (length === 0 ? 0 : value / length));
    const [one, other] = [a, b].map((data) => at.map((i) => data[i] as number)) as [number[], number[]];
    const [lengthA, lengthB] = [norm(one), norm(other)];
    const [unitA, unitB] = [unit(one, lengthA), unit(other, lengthB)];
    const mixed = unitA.map((value, i) => value * share + (unitB[i] as number) * (1 - share));
    const length = lengthA * share + lengthB * (1 - share);
    for (const [i, value] of unit(mixed, norm(mixed)).entries()) out[at[i] as number] = value * length;
  }
  return out;
}

/** The rows of both, the second brought to the size of the first. @see ComfyUI 0.3.64, comfy_extras/nodes_latent.py, LatentBatch */
export function joinLatents(first: Tensor, second: Tensor): Tensor {
  return concatRows('LatentBatch latent', [first, toSizeOf(first, second)]);
}

/** Cut to the proportions of another one about its middle, and resized to it. */
function toSizeOf(like: Tensor, latent: Tensor): Tensor {
  const { c = 0, h = 0, w = 0 } = bindDims('latent', like, 'n c h w');
  const { h: ownH, w: ownW } = bindDims('latent', latent, `_ ${c} h w`);
  if (ownH === h && ownW === w) return latent;
  return resizeLatentLikeComfyUi(latent, { h, w, method: 'bilinear', crops: true });
}

/** So many rows, from the first on again where there are fewer. */
function cycleRows(latent: Tensor, n: number): Tensor {
  const rows = splitRows(latent);
  // There is at least one.
  return concatRows(
    'latent',
    Array.from({ length: n }, (_, i) => rows[i % rows.length] as Tensor),
  );
}

export interface Pasting {
  /** In cells. */
  readonly left: number;
  readonly top: number;
  /** Over this number of cells the pasted latent fades in from those of its edges that are inside. */
  readonly feather: number;
}

/** One latent over another. @see ComfyUI 0.3.64, nodes.py, LatentComposite */
export function pasteLatent(under: Tensor, over: Tensor, { left, top, feather }: Pasting): Tensor {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('LatentComposite latent', under, 'n c h w');
  const { h: overHeight = 0, w: overWidth = 0 } = bindDims('LatentComposite latent', over, `_ ${c} h w`);
  const rows = broadcastRows('LatentComposite latent', over, n);
  const data = under.data.slice();
  const rise = (distance: number) => (distance < feather ? (distance + 1) / feather : 1);
  const seen = { h: Math.min(overHeight, h - top), w: Math.min(overWidth, w - left) };
  eachOverlap({ width: w, height: h, overWidth, overHeight, left, top }, (to, from) => {
    const [x, y] = [from % overWidth, Math.floor(from / overWidth)];
    const share =
      (top > 0 ? rise(y) : 1) *
      (top + seen.h < h ? rise(seen.h - 1 - y) : 1) *
      (left > 0 ? rise(x) : 1) *
      (left + seen.w < w ? rise(seen.w - 1 - x) : 1);
    for (let plane = 0; plane < n * c; plane++) {
      const i = plane * h * w + to;
      // Both hold as many planes.
      const pasted = rows.data[plane * overHeight * overWidth + from] as number;
      data[i] = share === 1 ? pasted : pasted * share + (data[i] as number) * (1 - share);
    }
  });
  return tensor(under.dims, data);
}

/** A rectangle of a latent, moved inside where it would reach beyond. @see ComfyUI 0.3.64, nodes.py, LatentCrop */
export function cropLatent(latent: Tensor, { top, left, h, w }: Cells): Tensor {
  const { h: fullH = 0, w: fullW = 0 } = bindDims('LatentCrop latent', latent, 'n c h w');
  const size = { h: Math.min(h, fullH), w: Math.min(w, fullW) };
  return cropCells(latent, { ...size, top: Math.min(top, fullH - size.h), left: Math.min(left, fullW - size.w) });
}

export const LATENT_FLIPS = ['vertically', 'horizontally'] as const;

export function flipLatent(latent: Tensor, direction: (typeof LATENT_FLIPS)[number]): Tensor {
  const { h = 0, w = 0 } = bindDims('LatentFlip latent', latent, 'n c h w');
  return rearrange(latent, { h, w }, (y, x) => (direction === 'vertically' ? [h - 1 - y, x] : [y, w - 1 - x]));
}

/** @param quarters clockwise */
export function rotateLatent(latent: Tensor, quarters: 0 | 1 | 2 | 3): Tensor {
  const { h = 0, w = 0 } = bindDims('LatentRotate latent', latent, 'n c h w');
  const size = quarters % 2 === 0 ? { h, w } : { h: w, w: h };
  return rearrange(latent, size, (y, x) => {
    if (quarters === 1) return [h - 1 - x, y];
    if (quarters === 2) return [h - 1 - y, w - 1 - x];
    return quarters === 3 ? [x, w - 1 - y] : [y, x];
  });
}

/** @param from row and column in the old planes for a row and column of the new ones */
function rearrange(
  latent: Tensor,
  size: { readonly h: number; readonly w: number },
  from: (y: number, x: number) => readonly [number, number],
): Tensor {
  const [n = 0, c = 0, h = 0, w = 0] = latent.dims;
  const data = new Float32Array(latent.data.length);
  for (let y = 0; y < size.h; y++) {
    for (let x = 0; x < size.w; x++) {
      const [row, column] = from(y, x);
      for (let plane = 0; plane < n * c; plane++) {
        data[(plane * size.h + y) * size.w + x] = latent.data[(plane * h + row) * w + column] as number;
      }
    }
  }
  return tensor([n, c, size.h, size.w], data);
}
