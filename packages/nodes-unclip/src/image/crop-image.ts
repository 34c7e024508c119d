import { roundHalfEven } from '../tensor/round-half-even.js';
import { type ResizeFilter, resizePillow } from './pillow-resize.js';
import type { RgbImage } from './rgb-image.js';

/** A rectangle in pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of an image, which must hold it whole. */
export function cropImage(image: RgbImage, { left, top, width, height }: Rectangle): RgbImage {
  const cut = (bytes: Uint8Array) => {
    const part = new Uint8Array(3 * width * height);
    for (let y = 0; y < height; y++) {
      const from = 3 * ((top + y) * image.width + left);
      part.set(bytes.subarray(from, from + 3 * width), 3 * width * y);
    }
    return part;
  };
  const { data, lowBytes } = image;
  return { width, height, data: cut(data), ...(lowBytes && { lowBytes: cut(lowBytes) }) };
}

/** The middle of an image, its sides cut down to multiples of a number. @returns the image itself if they are that already, or smaller */
export function cropToMultiple(image: RgbImage, multipleOf: number): RgbImage {
  const [overX, overY] = [image.width % multipleOf, image.height % multipleOf];
  if (overX === 0 && overY === 0) return image;
  // Nothing would be left; callers that need more report the actual size.
  if (Math.min(image.width, image.height) < multipleOf) return image;
  return cropImage(image, {
    ...{ left: Math.floor(overX / 2), top: Math.floor(overY / 2) },
    ...{ width: image.width - overX, height: image.height - overY },
  });
}

/**
 * The middle part of an area that has the proportions of another one.
 *
 * @see ComfyUI 0.3.64, comfy/utils.py, common_upscale with crop "center"
 */
export function centreOfAspect(
  { width, height }: Pick<Rectangle, 'width' | 'height'>,
  wanted: Pick<Rectangle, 'width' | 'height'>,
): Rectangle {
  const [aspect, wantedAspect] = [width / height, wanted.width / wanted.height];
  const left = aspect > wantedAspect ? roundHalfEven((width - width * (wantedAspect / aspect)) / 2) : 0;
  const top = aspect < wantedAspect ? roundHalfEven((height - height * (aspect / wantedAspect)) / 2) : 0;
  return { left, top, width: width - 2 * left, height: height - 2 * top };
}

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
