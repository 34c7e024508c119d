import { roundHalfEven } from '../tensor/round-half-even.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import type { RgbImage } from './rgb-image.js';
import { type FloatImage, resizeAntialiased, toFloatImage } from './torch-resize.js';

const { fround } = Math;

// CLIP's own, regardless of the checkpoint's config.
const MEAN = [0.48145466, 0.4578275, 0.40821073].map(fround);
const STD = [0.26862954, 0.26130258, 0.27577711].map(fround);

/**
 * Makes the pixels which CLIP's image encoder takes out of an image, as ComfyUI does.
 *
 * @param size side of the square that the encoder sees
 * @param crops cuts out the middle; otherwise all of the image is squashed
 * @returns float32 [1, 3, size, size]
 * @see ComfyUI 0.3.64, comfy/clip_vision.py, clip_preprocess
 */
export function preprocessClipLikeComfyUi(
  image: RgbImage,
  { size, crops }: { readonly size: number; readonly crops: boolean },
): Tensor {
  const fitted = fit(toFloatImage(image), size, crops);
  const [left, top] = [Math.floor((fitted.width - size) / 2), Math.floor((fitted.height - size) / 2)];
  const pixels = new Float32Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++) {
    // `channel` is 0..2, and the square is inside the image.
    const [mean, std] = [MEAN[channel] as number, STD[channel] as number];
    for (let i = 0; i < size * size; i++) {
      const at = (top + Math.floor(i / size)) * fitted.width + left + (i % size);
      const level = fround(255 * (fitted.data[3 * at + channel] as number));
      const rounded = fround(roundHalfEven(Math.min(Math.max(level, 0), 255)) / 255);
      pixels[channel * size * size + i] = fround(rounded - mean) / std;
    }
  }
  return tensor([1, 3, size, size], pixels);
}

function fit(image: FloatImage, size: number, crops: boolean): FloatImage {
  if (image.width === size && image.height === size) return image;
  const scale = size / Math.min(image.width, image.height);
  const side = (length: number) => (crops ? roundHalfEven(scale * length) : size);
  return resizeAntialiased(image, side(image.width), side(image.height));
}
