import { makePng } from '@unclip-studio/graph-core';
import type { MaskRaster } from './mask-raster.js';

/**
 * A mask as a PNG in 8 bits of gray. The same mask gives the same bytes, so that the server stores it once.
 *
 * @see PNG specification, third edition, 11.2.1 (header), 9.2 (filter "up")
 */
export async function encodeMask({ width, height, data }: MaskRaster): Promise<Uint8Array<ArrayBuffer>> {
  // Each row without the one above it: of a mask mostly zeros.
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    const row = y * (width + 1);
    rows[row] = FILTER_UP;
    for (let x = 0; x < width; x++) {
      const above = y === 0 ? 0 : (data[(y - 1) * width + x] ?? 0);
      rows[row + 1 + x] = (data[y * width + x] ?? 0) - above;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  return makePng([
    ['IHDR', header],
    ['IDAT', await deflated(rows)],
    ['IEND', new Uint8Array()],
  ]);
}

const FILTER_UP = 2;

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  // In the format of zlib, which PNG asks for.
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The levels of a mask from RGBA pixels: their brightness, or, of an image with transparent parts, those. */
export function maskFromPixels(rgba: Uint8ClampedArray, isPaintedMask: boolean): Uint8Array {
  const levels = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < levels.length; i++) {
    levels[i] = isPaintedMask ? (rgba[4 * i] ?? 0) : 255 - (rgba[4 * i + 3] ?? 255);
  }
  return levels;
}

// What a browser paints without delay; a mask is stretched to the image, so it may be smaller.
const MAX_SIDE_PX = 2048;

/** The size of the mask for an image: its own, or the largest that can be painted smoothly. */
export function maskSize(widthPx: number, heightPx: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(widthPx, heightPx));
  return { width: Math.max(1, Math.round(widthPx * scale)), height: Math.max(1, Math.round(heightPx * scale)) };
}
