import { isPng } from '@unclip-studio/graph-core';

/** The formats that are decoded; everything else is refused. */
export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** Detects a file's format by its first bytes, never by its name; `undefined` for all others. */
export function detectImageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (isPng(bytes)) return 'png';
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP')) return 'webp';
  return undefined;
}

/** Names what the bytes are instead of an image we decode, so that the user recognises the file. */
export function describeOtherFormat(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file';
  if (hasText(bytes, 0, 'GIF8')) return 'a GIF';
  if (hasText(bytes, 0, 'BM')) return 'a BMP';
  if (hasText(bytes, 0, 'II*\0') || hasText(bytes, 0, 'MM\0*')) return 'a TIFF';
  if (hasText(bytes, 0, '%PDF')) return 'a PDF';
  if (hasText(bytes, 4, 'ftyp')) return hasText(bytes, 8, 'avi') ? 'an AVIF' : 'a HEIF image or a video';
  const text = Buffer.from(bytes.subarray(0, 400)).toString('latin1');
  if (/<svg[\s>]/i.test(text)) return 'an SVG drawing';
  if (/^\s*[{[]/.test(text)) return 'a JSON text';
  return 'something else';
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0));
}
