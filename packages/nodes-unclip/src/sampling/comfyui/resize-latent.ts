import { centreOfAspect } from '../../image/crop-image.js';
import { bindDims, type Tensor, tensor } from '../../tensor/tensor.js';
import { type LatentResizeMethod, resizeLatent } from '../resize-latent.js';
import { cutOut } from '../tile-blend.js';

const { acos, floor, hypot, sin } = Math;

export const UPSCALE_METHODS = ['nearest-exact', 'bilinear', 'bicubic', 'area', 'bislerp'] as const;
export type UpscaleMethod = (typeof UPSCALE_METHODS)[number];

interface Size {
  readonly h: number;
  readonly w: number;
}

/**
 * Brings latents to another size as ComfyUI does.
 *
 * @param latent float32 [n, c, h, w]
 * @param crops cuts out the middle part of the new proportions first
 * @see ComfyUI 0.3.64, comfy/utils.py, common_upscale
 */
export function resizeLatentLikeComfyUi(
  latent: Tensor,
  { h, w, method, crops }: Size & { readonly method: UpscaleMethod; readonly crops: boolean },
): Tensor {
  const cropped = crops ? cropToAspect(latent, { h, w }) : latent;
  switch (method) {
    case 'area':
      return meanOfAreas(cropped, { h, w });
    case 'bislerp':
      return bislerp(cropped, { h, w });
    default:
      return resizeLatent(cropped, { h, w, method: method satisfies LatentResizeMethod });
  }
}

function cropToAspect(latent: Tensor, { h, w }: Size): Tensor {
  const { n = 0, h: height = 0, w: width = 0 } = bindDims('latent', latent, 'n c h w');
  const part = centreOfAspect({ width, height }, { width: w, height: h });
  const { data, dims } = latent;
  const [, c = 0] = dims;
  const size = c * height * width;
  const rows = Array.from({ length: n }, (_, i) =>
    cutOut(tensor([1, c, height, width], data.slice(i * size, (i + 1) * size)), part),
  );
  const all = new Float32Array(rows.reduce((sum, row) => sum + row.data.length, 0));
  for (const [i, row] of rows.entries()) all.set(row.data, i * row.data.length);
  return tensor([n, c, part.height, part.width], all);
}

/** torch's mode "area": the mean of the cells that a new one touches. */
function meanOfAreas(latent: Tensor, { h, w }: Size): Tensor {
  const { n = 0, c = 0, h: height = 0, w: width = 0 } = bindDims('latent', latent, 'n c h w');
  const span = (i: number, from: number, to: number) =>
    [floor((i * from) / to), Math.ceil(((i + 1) * from) / to)] as const;
  const out = new Float32Array(n * c * h * w);
  for (let i = 0; i < out.length; i++) {
    const [plane, y, x] = [floor(i / (h * w)), floor(i / w) % h, i % w];
    const [[top, bottom], [left, right]] = [span(y, height, h), span(x, width, w)];
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      // Inside the plane.
      for (let column = left; column < right; column++)
        sum += latent.data[(plane * height + row) * width + column] as number;
    }
    out[i] = sum / ((bottom - top) * (right - left));
  }
  return tensor([n, c, h, w], out);
}

/** Turns from one cell's vector of channels to the next one's, along the width and then along the height. */
function bislerp(latent: Tensor, { h, w }: Size): Tensor {
  const { n = 0, c = 0, h: height = 0, w: width = 0 } = bindDims('latent', latent, 'n c h w');
  const wide = turnAlong(latent.data, { outer: n, c, before: height, from: width, to: w, after: 1 });
  return tensor([n, c, h, w], turnAlong(wide, { outer: n, c, before: 1, from: height, to: h, after: w }));
}

/** One axis of [outer, c, before, from, after]. */
interface Axis {
  readonly outer: number;
  readonly c: number;
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly after: number;
}

function turnAlong(data: Float32Array, { outer, c, before, from, to, after }: Axis): Float32Array {
  const out = new Float32Array(outer * c * before * to * after);
  const index = (image: number, channel: number, rest: { row: number; at: number; size: number; column: number }) =>
    (((image * c + channel) * before + rest.row) * rest.size + rest.at) * after + rest.column;
  for (const [i, { first, second, share }] of turns(from, to).entries()) {
    for (let image = 0; image < outer; image++) {
      for (let row = 0; row < before; row++) {
        for (let column = 0; column < after; column++) {
          const vector = (at: number) =>
            // Inside the array.
            Array.from(
              { length: c },
              (_, channel) => data[index(image, channel, { row, at, size: from, column })] as number,
            );
          const turned = slerp(vector(first), vector(second), share);
          for (const [channel, value] of turned.entries())
            out[index(image, channel, { row, at: i, size: to, column })] = value;
        }
      }
    }
  }
  return out;
}

/** The two cells between which each new one is. */
function turns(from: number, to: number) {
  const interpolated = (values: readonly number[]) =>
    resizeLatent(tensor([1, 1, 1, from], Float32Array.from(values)), { h: 1, w: to, method: 'bilinear' }).data;
  const cells = Array.from({ length: from }, (_, i) => i);
  const positions = interpolated(cells);
  const seconds = interpolated(cells.map((i) => Math.min(i + 1, from - 1)));
  return Array.from(positions, (position, i) => ({
    first: floor(position),
    second: floor(seconds[i] as number), // As many as positions.
    share: position - floor(position),
  }));
}

const ALMOST_PARALLEL = 1e-5;

/** The direction turns evenly, the length changes evenly. */
function slerp(a: readonly number[], b: readonly number[], share: number): readonly number[] {
  const [lengthA, lengthB] = [hypot(...a), hypot(...b)];
  const unit = (vector: readonly number[], length: number) =>
    vector.map((value) => (length === 0 ? 0 : value / length));
  const [unitA, unitB] = [unit(a, lengthA), unit(b, lengthB)];
  const dot = unitA.reduce((sum, value, i) => sum + value * (unitB[i] as number), 0);
  if (dot > 1 - ALMOST_PARALLEL) return a;
  if (dot < ALMOST_PARALLEL - 1) return a.map((value, i) => value * (1 - share) + (b[i] as number) * share);
  const omega = acos(dot);
  const length = lengthA * (1 - share) + lengthB * share;
  const [partA, partB] = [sin((1 - share) * omega) / sin(omega), sin(share * omega) / sin(omega)];
  return unitA.map((value, i) => (partA * value + partB * (unitB[i] as number)) * length);
}
