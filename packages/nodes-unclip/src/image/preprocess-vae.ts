import { withReason } from '@unclip-studio/graph-core';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { type ResizeFilter, resizePillow } from './pillow-resize.js';
import type { RgbImage } from './rgb-image.js';

const { fround } = Math;

export interface VaeSize {
  /** The size to resize to; left out, that of the image. */
  readonly width?: number;
  readonly height?: number;
  /** Sides are cut down to multiples of it. */
  readonly multipleOf: number;
  /** `lanczos` when left out. */
  readonly filter?: ResizeFilter;
}

/** An image has a size that cannot be worked with. */
export class ImageSizeError extends Error {
  override readonly name = 'ImageSizeError';
}

/**
 * Makes the input pixels of the VAE's encoder from an image.
 *
 * @param size the sides to resize to; left out, those of the image, cropped to multiples of `multipleOf`
 * @returns float32 [1, 3, H, W], RGB, -1..1
 * @throws ImageSizeError if a side is smaller than that
 * @see diffusers 0.42.1, image_processor.py, VaeImageProcessor.preprocess
 */
export function preprocessVae(image: RgbImage, { width, height, multipleOf, filter = 'lanczos' }: VaeSize): Tensor {
  const cutDown = (side: number) => side - (side % multipleOf);
  const to = { width: cutDown(width ?? image.width), height: cutDown(height ?? image.height) };
  if (Math.min(to.width, to.height) === 0) {
    throw withReason(
      new ImageSizeError(
        `VAEEncode: expected an image of at least ${multipleOf} x ${multipleOf} px, got ${image.width} x ${image.height}. ` +
          'Put an ImageResize before it.',
      ),
      { code: 'image-too-small', widthPx: image.width, heightPx: image.height, minSidePx: multipleOf },
    );
  }
  const { data } = resizePillow(image, { ...to, filter });
  const plane = to.width * to.height;
  const pixels = new Float32Array(3 * plane);
  const levels = Float32Array.from({ length: 256 }, (_, level) => fround(2 * fround(level / 255)) - 1);
  for (let channel = 0; channel < 3; channel++) {
    // Levels are 0..255, and `data` holds three for each pixel.
    for (let i = 0; i < plane; i++) pixels[channel * plane + i] = levels[data[3 * i + channel] as number] as number;
  }
  return tensor([1, 3, to.height, to.width], pixels);
}
