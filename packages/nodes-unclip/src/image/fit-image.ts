import { cropImage } from './crop-image.js';
import { type ResizeFilter, resizePillow } from './pillow-resize.js';
import type { RgbImage } from './rgb-image.js';

/** An image that fills a size: resized to cover it, and the rest cut off on both sides. */
export function coverSize(
  image: RgbImage,
  { width, height }: { readonly width: number; readonly height: number },
  filter: ResizeFilter,
): RgbImage {
  if (image.width === width && image.height === height) return image;
  const scale = Math.max(width / image.width, height / image.height);
  const side = (from: number, wanted: number) => Math.max(Math.round(from * scale), wanted);
  const resized = resizePillow(image, { width: side(image.width, width), height: side(image.height, height), filter });
  const left = Math.floor((resized.width - width) / 2);
  return cropImage(resized, { left, top: Math.floor((resized.height - height) / 2), width, height });
}
