import { FOREIGN_KEYWORDS, foreignTextOf, foreignTextOfExif, textsOfWebp } from '@unclip-studio/graph-core';
import { detectImageFormat } from './image-format.js';
import { readPngText } from './png-text.js';

/**
 * The texts in an image file, by keyword. Only PNG and WebP contain ours; others have none.
 *
 * @param wanted see {@link readPngText}
 * @throws PngError or WebpError if the file is cut short, its texts are damaged, or it is not an image
 */
export function readImageText(bytes: Uint8Array, wanted?: readonly string[]): ReadonlyMap<string, string> {
  const format = detectImageFormat(bytes);
  if (format === 'jpeg') return new Map();
  return format === 'webp' ? textsOfWebp(bytes) : readPngText(bytes, wanted);
}

/**
 * The ComfyUI workflow inside a PNG or WebP, or else the settings that A1111 wrote into it or into a JPEG; `undefined`
 * if there are none. A damaged text does not hide the others.
 *
 * @throws PngError or WebpError if the file is cut short, everything in it is damaged, or it is not an image
 */
export function readComfyText(bytes: Uint8Array): string | undefined {
  const format = detectImageFormat(bytes);
  if (format !== 'png') return foreignTextOfExif(bytes, format === 'webp' ? 'webp' : 'jpeg');
  const texts = new Map<string, string>();
  let damage: unknown;
  for (const keyword of FOREIGN_KEYWORDS) {
    try {
      const text = readImageText(bytes, [keyword]).get(keyword);
      if (text !== undefined) texts.set(keyword, text);
    } catch (error) {
      damage ??= error;
    }
  }
  const found = foreignTextOf(texts);
  if (found === undefined && damage !== undefined) throw damage;
  return found;
}

/** Begins the keywords of this program's texts; others are for other programs. */
export const OWN_KEYWORDS = 'unclip-';
/** The text under which every image carries the workflow that made it. */
export const WORKFLOW_KEYWORD = 'unclip-workflow';

/**
 * The workflow's text inside a PNG or WebP; `undefined` if the image carries none.
 *
 * @throws PngError or WebpError if the file is cut short or its texts are damaged
 */
export function readEmbeddedWorkflow(image: Uint8Array): string | undefined {
  return readImageText(image, [WORKFLOW_KEYWORD]).get(WORKFLOW_KEYWORD);
}
