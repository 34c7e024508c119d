import { pngChunks, withReason } from '@unclip-studio/graph-core';
import { MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE_PX } from '../limits.js';
import { ImageError } from './file-errors.js';
import type { ImageFormat } from './image-format.js';
import { pixelChunks } from './png-pixels.js';
import { type ImageMetadata, loadSharp } from './sharp-library.js';

/** As large as the pixels may be, and some room: no encoder makes more of an image. */
export function maxImageFileBytes(maxPixels: number): number {
  return maxPixels * 3 + 16 * 2 ** 20;
}

export interface ImageHeaderOptions {
  readonly format: ImageFormat;
  /** Names the image in messages. */
  readonly what: string;
  /** Whether of an animation the first frame is taken; `refuse` when left out. */
  readonly animations?: 'refuse' | 'first frame';
  /** Width times height; {@link MAX_IMAGE_PIXELS} when left out. */
  readonly maxPixels?: number | undefined;
}

/** What the library reports about a file before its pixels are decoded. */
export type ImageHeader = Pick<ImageMetadata, 'space' | 'orientation' | 'xmp' | 'depth'>;

/** What libjpeg only warns of, such as bytes between segments, everybody else reads, and so do we. */
export function strictnessFor(format: ImageFormat): 'error' | 'warning' {
  return format === 'jpeg' ? 'error' : 'warning';
}

/**
 * Judges an image by its header, so that our limits and our words apply before anything is decoded, and not the library's.
 *
 * @throws ImageError if it is too large, or more than one frame
 * @throws Error if the header cannot be read
 */
export async function checkImageHeader(
  bytes: Uint8Array,
  { format, what, animations, maxPixels = MAX_IMAGE_PIXELS }: ImageHeaderOptions,
): Promise<ImageHeader> {
  const sharp = await loadSharp();
  const options = { limitInputPixels: false, failOn: strictnessFor(format) } as const;
  const header = await sharp(format === 'png' ? pixelChunks(bytes) : bytes, options).metadata();
  checkSize(header, { what, maxPixels });
  if (animations !== 'first frame') checkFrames(format === 'png' ? countPngFrames(bytes) : (header.pages ?? 1), what);
  return header;
}

function checkSize(
  { width, height }: { readonly width: number; readonly height: number },
  { what, maxPixels }: { readonly what: string; readonly maxPixels: number },
): void {
  if (width * height <= maxPixels && Math.max(width, height) <= MAX_IMAGE_SIDE_PX) return;
  const megapixels = Math.ceil((width * height) / 1e5) / 10;
  const error = new ImageError(
    `${what}: expected at most ${maxPixels / 1e6} megapixels and ${MAX_IMAGE_SIDE_PX} px a side, ` +
      `got ${width} x ${height} px (${megapixels} megapixels). Make it smaller, or start with a higher --max-megapixels.`,
  );
  const limits = { maxMegapixels: maxPixels / 1e6, maxSidePx: MAX_IMAGE_SIDE_PX };
  throw withReason(error, { code: 'image-dimensions', widthPx: width, heightPx: height, ...limits });
}

function checkFrames(frames: number, what: string): void {
  if (frames <= 1) return;
  const error = new ImageError(
    `${what}: expected an image, got an animation of ${frames} frames. Save one of its frames.`,
  );
  throw withReason(error, { code: 'image-animated', frames });
}

/** libvips shows the first frame of an animated PNG and says nothing of the others. */
function countPngFrames(bytes: Uint8Array): number {
  let frames = 1;
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'acTL' && data.length >= 4) frames = new DataView(data.buffer, data.byteOffset).getUint32(0);
  }
  return frames;
}
