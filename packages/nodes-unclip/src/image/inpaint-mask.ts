import { maskOfChannel } from './mask-of-channel.js';
import { resizePillow } from './pillow-resize.js';
import type { RgbImage } from './rgb-image.js';

/** Sides in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * A mask as diffusers' inpainting pipelines take it: resized like an image, and all of a pixel or none of it.
 *
 * @param mask an image whose brightness it is; colours are resized before they become brightness
 * @returns width * height values, 0 or 1
 * @see diffusers 0.42.1, image_processor.py, VaeImageProcessor with do_binarize and do_convert_grayscale
 */
export function binaryMask(mask: RgbImage, { width, height }: ImageSize): Float32Array {
  const resized = resizePillow(mask, { width, height, filter: 'lanczos' });
  return Float32Array.from(maskOfChannel(resized, 'brightness').data, (level) => (level >= 128 ? 1 : 0));
}

/** A mask as the grey image that it is. */
export function imageOfMask({ width, height, data }: ImageSize & { readonly data: Uint8Array }): RgbImage {
  const grey = new Uint8Array(3 * data.length);
  for (const [i, level] of data.entries()) grey.fill(level, 3 * i, 3 * i + 3);
  return { width, height, data: grey };
}

/** The mask of latent cells: the pixel at the top left of each. @returns h * w values */
export function maskOfCells(mask: Float32Array, { width, height }: ImageSize, pixelsPerCell: number): Float32Array {
  const [h, w] = [Math.floor(height / pixelsPerCell), Math.floor(width / pixelsPerCell)];
  return Float32Array.from({ length: h * w }, (_, i) => {
    const [y, x] = [Math.floor(i / w) * pixelsPerCell, (i % w) * pixelsPerCell];
    // The pixel is inside the image.
    return mask[y * width + x] as number;
  });
}
