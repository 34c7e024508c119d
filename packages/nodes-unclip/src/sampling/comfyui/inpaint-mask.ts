import type { Mask } from '../../port-types/mask.js';
import { tensor } from '../../tensor/tensor.js';
import { resizeLatent } from '../resize-latent.js';
import { type DiscreteSigmas, minSigma, timestepOfSigma } from './discrete-sigmas.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A mask for an image whose sides are cut down to multiples of a number: brought to the image's size and cropped with it.
 *
 * @returns 0 or 255 for each pixel, halves rounded to 0
 * @see ComfyUI 0.3.64, nodes.py, VAEEncodeForInpaint
 */
export function maskForPixels(mask: Mask, image: Size, multipleOf: number): Mask {
  const { size, levels } = levelsForPixels(mask, image, multipleOf);
  return { ...size, data: Uint8Array.from(levels, (level) => (level > 0.5 ? 255 : 0)) };
}

/**
 * A mask for an image whose sides are cut down to multiples of a number, and for the cells of its latent, so many pixels each.
 *
 * @returns `levels`: 0..1 for each pixel. `cells`: float32 [1, 1, h, w], 0 or 1, halves rounded to 0
 * @see ComfyUI 0.3.64, nodes.py, InpaintModelConditioning; comfy/model_base.py, BaseModel.concat_cond
 */
export function maskLikeComfyUi(mask: Mask, image: Size, multipleOf: number) {
  const { size, levels } = levelsForPixels(mask, image, multipleOf);
  const [h, w] = [size.height / multipleOf, size.width / multipleOf];
  const { dims, data } = resizeLatent(tensor([1, 1, size.height, size.width], levels), { h, w, method: 'bilinear' });
  const cells = tensor(
    dims,
    data.map((level) => (level > 0.5 ? 1 : 0)),
  );
  return { pixels: size, levels, cells };
}

function levelsForPixels({ width, height, data }: Mask, image: Size, multipleOf: number) {
  const given = tensor(
    [1, 1, height, width],
    Float32Array.from(data, (level) => level / 255),
  );
  const resized = resizeLatent(given, { h: image.height, w: image.width, method: 'bilinear' }).data;
  const [overX, overY] = [image.width % multipleOf, image.height % multipleOf];
  const [left, top] = [Math.floor(overX / 2), Math.floor(overY / 2)];
  const size = { width: image.width - overX, height: image.height - overY };
  const levels = Float32Array.from({ length: size.width * size.height }, (_, i) => {
    const [y, x] = [top + Math.floor(i / size.width), left + (i % size.width)];
    // Inside the image.
    return resized[y * image.width + x] as number;
  });
  return { size, levels };
}

/**
 * Every pixel becomes white if there is a white one in a square of this size around it; a square of even size is
 * shifted by half a pixel up and left.
 */
export function growMask({ width, height, data }: Mask, by: number): Mask {
  if (by === 0) return { width, height, data };
  const wide = growAlong(data, { count: height, length: width, step: 1, stride: width }, by);
  return { width, height, data: growAlong(wide, { count: width, length: height, step: width, stride: 1 }, by) };
}

export interface DifferentialOptions {
  readonly table: DiscreteSigmas;
  /** Of all steps. */
  readonly sigmas: Float32Array;
  /** Of the levels that are cut; the rest is the mask itself. 0 counts as 1. */
  readonly strength: number;
}

/**
 * Which cells are redrawn at a sigma: those whose mask is at least the share of the timesteps that are left. So a cell of
 * half the level joins in half way, when the rest of the image is there to fit to.
 *
 * @param mask 0..1
 * @returns from a sigma to the mask that counts there
 * @see https://arxiv.org/abs/2306.00950; ComfyUI 0.3.64, comfy_extras/nodes_differential_diffusion.py
 */
export function differentialMasks(
  mask: Float32Array,
  { table, sigmas, strength }: DifferentialOptions,
): (sigma: number) => Float32Array {
  const end = Math.max(sigmas.at(-1) ?? 0, minSigma(table));
  const [first, last] = [timestepOfSigma(table, sigmas[0] ?? end), timestepOfSigma(table, end)];
  return (sigma) => {
    const threshold = Math.fround((timestepOfSigma(table, sigma) - last) / (first - last));
    const cut = mask.map((level) => (level >= threshold ? 1 : 0));
    return strength > 0 && strength < 1
      ? cut.map((level, i) => strength * level + (1 - strength) * (mask[i] as number))
      : cut;
  };
}

interface Lines {
  readonly count: number;
  readonly length: number;
  /** From a pixel to the next one of its line. */
  readonly step: number;
  /** From a line to the next one. */
  readonly stride: number;
}

function growAlong(data: Uint8Array, { count, length, step, stride }: Lines, by: number): Uint8Array {
  const before = Math.ceil((by - 1) / 2);
  const out = new Uint8Array(data.length);
  for (let line = 0; line < count; line++) {
    for (let i = 0; i < length; i++) {
      const [from, to] = [Math.max(i - before, 0), Math.min(i - before + by, length)];
      for (let k = from; k < to; k++) {
        if ((data[line * stride + k * step] as number) > 0) out[line * stride + i * step] = 255;
      }
    }
  }
  return out;
}
