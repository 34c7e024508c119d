import type { Mask } from '../../port-types/mask.js';
import { tensor } from '../../tensor/tensor.js';
import { resizeLatent } from '../resize-latent.js';

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
export function maskForPixels({ width, height, data }: Mask, image: Size, multipleOf: number): Mask {
  const levels = tensor(
    [1, 1, height, width],
    Float32Array.from(data, (level) => level / 255),
  );
  const resized = resizeLatent(levels, { h: image.height, w: image.width, method: 'bilinear' }).data;
  const [overX, overY] = [image.width % multipleOf, image.height % multipleOf];
  const [left, top] = [Math.floor(overX / 2), Math.floor(overY / 2)];
  const size = { width: image.width - overX, height: image.height - overY };
  const pixels = Uint8Array.from({ length: size.width * size.height }, (_, i) => {
    const [y, x] = [top + Math.floor(i / size.width), left + (i % size.width)];
    // Inside the image.
    return (resized[y * image.width + x] as number) > 0.5 ? 255 : 0;
  });
  return { ...size, data: pixels };
}

/** Every pixel becomes white that has a white one in a square of so many pixels; a square of even sides lies half a pixel up and left. */
export function growMask({ width, height, data }: Mask, by: number): Mask {
  if (by === 0) return { width, height, data };
  const wide = growAlong(data, { count: height, length: width, step: 1, stride: width }, by);
  return { width, height, data: growAlong(wide, { count: width, length: height, step: width, stride: 1 }, by) };
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
