import { crc32 } from 'node:zlib';
import { findWebpChunk, pngChunks, unreachable } from '@unclip-studio/graph-core';
import type { ImageFormat } from './image-format.js';

/**
 * Whether an image file is complete, without decoding it: in a PNG every chunk is compared with its checksum, other
 * formats have none. If this returns false, only decoding can tell: for example, readers accept a missing end.
 *
 * @throws WebpError if it is not a complete WebP
 */
export function isSurelyWhole(bytes: Uint8Array, format: ImageFormat): boolean {
  switch (format) {
    case 'png':
      return isWholePng(bytes);
    case 'jpeg':
      return isWholeJpeg(bytes);
    case 'webp':
      // Walks all chunks; EXIF, if there is any, comes after the pixels.
      findWebpChunk(bytes, 'EXIF');
      return true;
    default:
      return unreachable(format);
  }
}

function isWholePng(bytes: Uint8Array): boolean {
  let last = '';
  for (const { type, data, crc, start } of pngChunks(bytes)) {
    // Behind the length field: the type, and then the data.
    if (crc32(bytes.subarray(start + 4, start + 8 + data.length)) !== crc) return false;
    last = type;
  }
  return last === 'IEND';
}

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
// Bytes that only fill, escaped ones, and markers without a length: TEM, RST0 to RST7 and SOI.
const ALONE: ReadonlySet<number> = new Set([0, 1, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8]);

/**
 * Walks the segments up to the first scan, behind which the end must come: a small image inside EXIF has an end too.
 * Bytes between segments are passed over, as libjpeg does; some cameras and phones leave such.
 */
function isWholeJpeg(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = view.indexOf(0xff, 2); at >= 0 && at + 4 <= view.length; at = view.indexOf(0xff, at)) {
    const marker = view[at + 1] as number; // Inside of the file.
    if (marker === 0xff) at++;
    else if (ALONE.has(marker)) at += 2;
    else if (marker === END_OF_IMAGE) break;
    else if (marker !== START_OF_SCAN) at += 2 + view.readUInt16BE(at + 2);
    else return view.indexOf(Uint8Array.of(0xff, END_OF_IMAGE), at) >= 0;
  }
  return false;
}
