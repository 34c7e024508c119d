import { ImageError } from './image-error.js';
import type { ImageFormat } from './image-format.js';
import { pngChunks } from './png-chunks.js';
import { loadSharp } from './sharp-library.js';

/** Of one decoded picture: width times height. */
export const MAX_IMAGE_PIXELS = 32_000_000;
/** Of one decoded picture: the longer side. */
export const MAX_IMAGE_SIDE_PX = 16_384;

export interface ImageHeaderOptions {
  readonly format: ImageFormat;
  /** Names the picture in messages. */
  readonly what: string;
  /** Whether of an animation the first frame is taken; `refuse` when left out. */
  readonly animations?: 'refuse' | 'first frame';
}

/**
 * Judges a picture by its header, so that our limits and our words apply before anything is decoded, and not the library's.
 *
 * @returns its colour space, by libvips' name
 * @throws ImageError if it is too large, or more than one frame
 * @throws Error if the header cannot be read
 */
export async function checkImageHeader(
  bytes: Uint8Array,
  { format, what, animations }: ImageHeaderOptions,
): Promise<string | undefined> {
  const sharp = await loadSharp();
  const header = await sharp(bytes, { limitInputPixels: false }).metadata();
  checkSize(header, what);
  if (animations !== 'first frame') checkFrames(format === 'png' ? countPngFrames(bytes) : (header.pages ?? 1), what);
  return header.space;
}

function checkSize({ width, height }: { readonly width: number; readonly height: number }, what: string): void {
  if (width * height <= MAX_IMAGE_PIXELS && Math.max(width, height) <= MAX_IMAGE_SIDE_PX) return;
  throw new ImageError(
    `${what}: expected at most ${MAX_IMAGE_PIXELS / 1e6} megapixels and ${MAX_IMAGE_SIDE_PX} px a side, ` +
      `got ${width} x ${height} px. Make it smaller.`,
  );
}

function checkFrames(frames: number, what: string): void {
  if (frames <= 1) return;
  throw new ImageError(`${what}: expected one picture, got an animation of ${frames} frames. Save one of its frames.`);
}

/** libvips shows the first frame of an animated PNG and says nothing of the others. Walking also finds a missing end. */
function countPngFrames(bytes: Uint8Array): number {
  let frames = 1;
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'acTL' && data.length >= 4) frames = new DataView(data.buffer, data.byteOffset).getUint32(0);
  }
  return frames;
}
