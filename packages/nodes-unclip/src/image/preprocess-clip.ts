import { type Tensor, tensor } from '../tensor/tensor.js';
import { resizeBicubic } from './pillow-resize.js';
import type { PreprocessConfig } from './preprocess-config.js';
import type { RgbImage } from './rgb-image.js';

const { fround } = Math;

/**
 * Makes the pixels which CLIP's image encoder takes out of an image.
 *
 * @returns float32 [1, 3, crop, crop], RGB, normalised with the config's mean and std
 * @see transformers 5.23.0, CLIPImageProcessor with Pillow as its resampler (not torchvision)
 */
export function preprocessClip(image: RgbImage, config: PreprocessConfig): Tensor {
  const { cropSize } = config;
  const { data } = resizeAndCrop(image, config);
  const plane = cropSize * cropSize;
  const pixels = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const normalised = normalisedLevels(channel, config);
    // Levels are 0..255, and `data` holds three for each pixel.
    for (let i = 0; i < plane; i++) pixels[channel * plane + i] = normalised[data[3 * i + channel] as number] as number;
  }
  return tensor([1, 3, cropSize, cropSize], pixels);
}

/** The uint8 half of {@link preprocessClip}: the resize, then the centre, black where none is. */
export function resizeAndCrop(image: RgbImage, { shortestEdge, exactSize, cropSize }: PreprocessConfig): RgbImage {
  const { width, height } = image;
  if (exactSize !== undefined) return cropCentre(resizeBicubic(image, exactSize.widthPx, exactSize.heightPx), cropSize);
  // The long side is cut off, not rounded.
  const long = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  const resized = width <= height ? resizeBicubic(image, shortestEdge, long) : resizeBicubic(image, long, shortestEdge);
  return cropCentre(resized, cropSize);
}

function cropCentre({ width, height, data }: RgbImage, size: number): RgbImage {
  const left = Math.floor((width - size) / 2);
  const top = Math.floor((height - size) / 2);
  const from = Math.max(left, 0);
  const to = Math.min(left + size, width);
  const out = new Uint8Array(3 * size * size);
  for (let y = Math.max(top, 0); y < Math.min(top + size, height); y++) {
    const row = data.subarray(3 * (y * width + from), 3 * (y * width + to));
    out.set(row, 3 * ((y - top) * size + from - left));
  }
  return { width: size, height: size, data: out };
}

/** What each of the 256 levels of one channel becomes. */
function normalisedLevels(channel: number, { rescaleFactor, mean, std }: PreprocessConfig): Float32Array {
  // `channel` is 0..2.
  const channelMean = fround(mean[channel] as number);
  const channelStd = fround(std[channel] as number);
  return Float32Array.from(
    { length: 256 },
    (_, level) => fround(fround(level * rescaleFactor) - channelMean) / channelStd,
  );
}
