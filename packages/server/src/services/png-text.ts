import { inflateSync } from 'node:zlib';
import {
  decodePngText,
  findPngTexts,
  MAX_IMAGE_TEXT_BYTES,
  openPngText,
  PngError,
  type PngText,
  pngTextTooLarge,
} from '@unclip-studio/graph-core';
import { MAX_IMAGE_TEXTS_BYTES } from '../limits.js';

/**
 * Reads the texts of a PNG's iTXt, tEXt and zTXt chunks by keyword; of two with one keyword the first counts.
 *
 * @param wanted the keywords to read; texts under others are neither unpacked nor checked. Left out: all
 * @throws PngError if the file is cut short, or a text chunk is damaged or too large
 */
export function readPngText(png: Uint8Array, wanted?: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let leftBytes = MAX_IMAGE_TEXTS_BYTES;
  for (const text of findPngTexts(png, wanted)) {
    if (texts.has(text.keyword)) continue;
    const value = decodePngText(text, unpack(text));
    leftBytes -= value.length;
    if (leftBytes < 0) throw new PngError(`its texts hold more than ${MAX_IMAGE_TEXTS_BYTES / 2 ** 20} MiB`);
    texts.set(text.keyword, value);
  }
  return texts;
}

function unpack(text: PngText): Uint8Array {
  const { bytes, isPacked } = openPngText(text);
  if (!isPacked) return bytes;
  const { type } = text.chunk;
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_IMAGE_TEXT_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw pngTextTooLarge(type);
    throw new PngError(`its ${type} chunk cannot be unpacked`, { cause: error });
  }
}
