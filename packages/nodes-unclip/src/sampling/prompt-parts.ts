import type { Period, PromptArea, PromptPart, Span } from '../port-types/conditioning.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { resizeMask } from './resize-mask.js';

/** The state of a sampler. */
export interface SamplingTime {
  /** From 0, including those that are left out. */
  readonly step: number;
  /** All of the sampler, including those that are left out. */
  readonly steps: number;
  /** 0..999 */
  readonly timestep: number;
  /** Of the UNet, from 0, not counting those that are left out at the start; some schedulers call it twice per step. */
  readonly call: number;
  /** Including those that are left out at the end. */
  readonly calls: number;
}

/**
 * Whether a call of the UNet is completely within a range of shares. @see diffusers 0.42.1, pipeline_controlnet.py,
 * controlnet_keep
 */
export function callLiesIn(
  { from, to }: { readonly from: number; readonly to: number },
  { call, calls }: Pick<SamplingTime, 'call' | 'calls'>,
): boolean {
  return call / calls >= from && (call + 1) / calls <= to;
}

/** Whether a part steers at a time. */
export function steersAt(
  { periods }: Pick<PromptPart, 'periods'>,
  time: Omit<SamplingTime, 'call' | 'calls'>,
): boolean {
  return periods === null || periods.some((period) => holds(period, time));
}

const LAST_TIMESTEP = 999;

function holds({ share, steps, noise, turn }: Period, time: Omit<SamplingTime, 'call' | 'calls'>): boolean {
  const { step } = time;
  if (turn !== undefined && step % turn.of !== turn.index) return false;
  if (steps !== undefined && !isWithin(step, steps)) return false;
  // As of Stable Diffusion web UI, which rounds the share of the steps down.
  if (share !== undefined && !isWithin(step, inSteps(share, time.steps))) return false;
  return noise === undefined || isWithinNoise(time.timestep, noise);
}

function isWithin(step: number, { from, to }: Span): boolean {
  return step >= from && (to === null || step < to);
}

function inSteps({ from, to }: Span, steps: number): Span {
  return { from: Math.floor(from * steps), to: to === null ? null : Math.floor(to * steps) };
}

/** @see ComfyUI 0.3.64, comfy/model_sampling.py, percent_to_sigma; comfy/samplers.py, get_area_and_mult */
function isWithinNoise(timestep: number, { from, to }: Span): boolean {
  const hasBegun = from <= 0 || timestep <= (1 - from) * LAST_TIMESTEP;
  return hasBegun && (to === null || to >= 1 || timestep >= (1 - to) * LAST_TIMESTEP);
}

/** A rectangle of latent cells. */
export interface Cells {
  readonly top: number;
  readonly left: number;
  readonly h: number;
  readonly w: number;
}

/** What a part sees of a latent, and how much it counts in each cell of that. */
export interface Footprint {
  readonly cells: Cells;
  /** h * w values. */
  readonly weights: Float32Array;
}

// Over so many cells the weight of an area rises from its inner edges.
const FEATHER_CELLS = 8;

/**
 * Where a part steers.
 *
 * @param size of the latent, in cells
 * @see ComfyUI 0.3.64, comfy/samplers.py, get_area_and_mult and resolve_areas_and_cond_masks_multidim
 */
export function footprintOf(
  { area, mask, strength }: Omit<PromptPart, 'states' | 'periods' | 'controls'>,
  size: { readonly h: number; readonly w: number; readonly pixelsPerCell: number },
): Footprint {
  const levels = mask && resizeMask(mask.mask, { width: size.w, height: size.h });
  const bounds = mask?.cropsToMask && levels ? boundsOf(levels, size) : null;
  const cells = within(bounds ?? (area === null ? { top: 0, left: 0, ...size } : cellsOf(area, size)), size);
  const { top, left, h, w } = cells;
  const factor = strength * (mask?.strength ?? 1);
  const weights = Float32Array.from({ length: h * w }, (_, i) => {
    const [y, x] = [Math.floor(i / w), i % w];
    // The mask has a value for each cell of the latent.
    return factor * (levels === null ? 1 : (levels[(top + y) * size.w + left + x] as number));
  });
  if (mask === null && area !== null) feather(weights, cells, size);
  return { cells, weights };
}

function cellsOf({ unit, left, top, width, height }: PromptArea, { h, w, pixelsPerCell }: CellSize): Cells {
  if (unit === 'px') {
    const inCells = (sidePx: number) => Math.floor(sidePx / pixelsPerCell);
    return { top: inCells(top), left: inCells(left), h: inCells(height), w: inCells(width) };
  }
  const share = (value: number, cells: number) => roundHalfEven(value * cells);
  return {
    ...{ top: share(top, h), left: share(left, w) },
    ...{ h: Math.max(share(height, h), 1), w: Math.max(share(width, w), 1) },
  };
}

interface CellSize {
  readonly h: number;
  readonly w: number;
  readonly pixelsPerCell: number;
}

/** The part of it inside the latent: one cell at least. */
function within({ top, left, h, w }: Cells, size: { readonly h: number; readonly w: number }): Cells {
  const [y, x] = [Math.min(top, size.h - 1), Math.min(left, size.w - 1)];
  return { top: y, left: x, h: Math.max(Math.min(h, size.h - y), 1), w: Math.max(Math.min(w, size.w - x), 1) };
}

// The UNet halves its input three times.
const LEAST_MASK_CELLS = 8;

function boundsOf(levels: Float32Array, { h, w }: { readonly h: number; readonly w: number }): Cells {
  let [top, bottom, left, right] = [h, -1, w, -1];
  levels.forEach((level, i) => {
    if (level === 0) return;
    const [y, x] = [Math.floor(i / w), i % w];
    [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
  });
  if (bottom < 0) return { top: 0, left: 0, h: LEAST_MASK_CELLS, w: LEAST_MASK_CELLS };
  const side = (from: number, to: number) => Math.max(to - from + 1, LEAST_MASK_CELLS);
  return { top, left, h: side(top, bottom), w: side(left, right) };
}

/** Ramps the weights up from those edges of an area that are inside the image. */
function feather(weights: Float32Array, { top, left, h, w }: Cells, size: { readonly h: number; readonly w: number }) {
  const [overRows, overColumns] = [
    Math.min(FEATHER_CELLS, Math.floor(h / 4)),
    Math.min(FEATHER_CELLS, Math.floor(w / 4)),
  ];
  const rise = (distance: number, over: number) => (distance < over ? (distance + 1) / over : 1);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const factors = [
        top > 0 ? rise(y, overRows) : 1,
        top + h < size.h ? rise(h - 1 - y, overRows) : 1,
        left > 0 ? rise(x, overColumns) : 1,
        left + w < size.w ? rise(w - 1 - x, overColumns) : 1,
      ];
      weights[y * w + x] = factors.reduce((product, factor) => product * factor, weights[y * w + x] as number);
    }
  }
}

/** A rectangle of each row. @param map float32 [n, c, h, w]; @param perCell values that a cell spans in each direction */
export function cropCells(map: Tensor, { top, left, h, w }: Cells, perCell = 1): Tensor {
  const [n = 0, c = 0, fullH = 0, fullW = 0] = map.dims;
  if (h * perCell === fullH && w * perCell === fullW) return map;
  const [outH, outW] = [h * perCell, w * perCell];
  const out = new Float32Array(n * c * outH * outW);
  for (let plane = 0; plane < n * c; plane++) {
    for (let y = 0; y < outH; y++) {
      const from = (plane * fullH + top * perCell + y) * fullW + left * perCell;
      out.set(map.data.subarray(from, from + outW), (plane * outH + y) * outW);
    }
  }
  return tensor([n, c, outH, outW], out);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
