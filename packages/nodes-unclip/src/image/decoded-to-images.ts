import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { type RgbImage, toWideLevels } from './rgb-image.js';

const { fround } = Math;

/**
 * Turns what the VAE decoded into images.
 *
 * @param decoded float32 [n, 3, H, W], -1..1; values beyond are clamped, NaN becomes black
 * @param levels how values become levels: `round`, half to even, as diffusers does, or `cut` off, as ComfyUI does
 * @see diffusers 0.42.1, image_processor.py, VaeImageProcessor.postprocess and numpy_to_pil
 */
export function toUint8Images(decoded: Tensor, levels: 'round' | 'cut' = 'round'): readonly RgbImage[] {
  const { data } = toUnitNhwc(decoded);
  // `toUnitNhwc` has checked that there are four axes.
  const [n, , height, width] = decoded.dims as readonly [number, number, number, number];
  const size = 3 * height * width;
  return Array.from({ length: n }, (_, i) => ({
    width,
    height,
    data: (levels === 'round' ? toLevels : cutLevels)(data.subarray(i * size, (i + 1) * size)),
  }));
}

/** The same with 16 bits a channel. */
export function toUint16Images(decoded: Tensor, levels: 'round' | 'cut' = 'round'): readonly RgbImage[] {
  const { data } = toUnitNhwc(decoded);
  // `toUnitNhwc` has checked that there are four axes.
  const [n, , height, width] = decoded.dims as readonly [number, number, number, number];
  const size = 3 * height * width;
  return Array.from({ length: n }, (_, i) => ({
    ...{ width, height },
    ...toWideLevels(data.subarray(i * size, (i + 1) * size), levels),
  }));
}

/**
 * The same images as numbers: diffusers' `output_type="np"`.
 *
 * @returns float32 [n, H, W, 3], 0..1
 */
export function toUnitNhwc(decoded: Tensor): Tensor {
  bindDims('decoded image', decoded, 'n 3 H W');
  const [n, , height, width] = decoded.dims as readonly [number, number, number, number];
  const plane = height * width;
  const out = new Float32Array(decoded.data.length);
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const from = (3 * i + channel) * plane;
      let o = 3 * i * plane + channel;
      for (let pixel = 0; pixel < plane; pixel++, o += 3) out[o] = toUnit(decoded.data[from + pixel] as number);
    }
  }
  return tensor([n, height, width, 3], out);
}

function toUnit(value: number): number {
  return Math.min(Math.max(fround(fround(value * 0.5) + 0.5), 0), 1);
}

/** 0..1 as levels, truncated as in ComfyUI. */
export function cutLevels(units: Float32Array): Uint8Array {
  const levels = new Uint8Array(units.length);
  // A Uint8Array drops the fraction.
  for (let i = 0; i < units.length; i++) levels[i] = fround((units[i] as number) * 255);
  return levels;
}

/** 0..1 as levels, rounding half to even; beyond is clamped before. */
export function toLevels(units: Float32Array): Uint8Array {
  const levels = new Uint8Array(units.length);
  // Near 2^52 binary64 numbers are 1 apart, so the sum rounds to an integer, ties to even. A loop, because
  // Uint8Array.from with a function takes 20 times as long.
  for (let i = 0; i < units.length; i++) levels[i] = fround((units[i] as number) * 255) + 2 ** 52 - 2 ** 52;
  return levels;
}
