import type { RgbImage } from './rgb-image.js';

/** A rectangle in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture, which must hold it whole. */
export function cropImage(picture: RgbImage, { left, top, width, height }: Rectangle): RgbImage {
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * picture.width + left);
    data.set(picture.data.subarray(from, from + 3 * width), 3 * width * y);
  }
  return { width, height, data };
}
