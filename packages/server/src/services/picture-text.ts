import { comfyTextOf, comfyTextOfExif, findWebpChunk, textsOfXmp } from '@unclip-studio/graph-core';
import { detectImageFormat } from './image-format.js';
import { readPngText } from './png-text.js';

/**
 * The texts that a picture's file carries, by keyword. Only PNG and WebP carry ours; others have none.
 *
 * @throws PngError or WebpError if the file is cut short, its texts are damaged, or it is no picture
 */
export function readPictureText(bytes: Uint8Array): ReadonlyMap<string, string> {
  const format = detectImageFormat(bytes);
  if (format === 'jpeg') return new Map();
  return format === 'webp' ? textsOfXmp(decode(findWebpChunk(bytes, 'XMP '))) : readPngText(bytes);
}

function decode(utf8: Uint8Array | undefined): string {
  return utf8 === undefined ? '' : Buffer.from(utf8.buffer, utf8.byteOffset, utf8.byteLength).toString('utf8');
}

/**
 * The ComfyUI workflow inside a PNG or WebP; `undefined` if it carries none.
 *
 * @throws PngError or WebpError if the file is cut short, its texts are damaged, or it is no picture
 */
export function readComfyText(bytes: Uint8Array): string | undefined {
  return detectImageFormat(bytes) === 'webp'
    ? comfyTextOfExif(decode(findWebpChunk(bytes, 'EXIF')))
    : comfyTextOf(readPictureText(bytes));
}
