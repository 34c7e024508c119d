import {
  decodePngText,
  FOREIGN_KEYWORDS,
  findPngTexts,
  foreignTextOf,
  foreignTextOfExif,
  MAX_IMAGE_TEXT_BYTES,
  openPngText,
  PngError,
  type PngText,
  textsOfWebp,
} from '@unclip-studio/graph-core';
import { inflate } from '../session/files/inflate.js';

/** The text under which every image made here carries its workflow. */
export const WORKFLOW_KEYWORD = 'unclip-workflow';
/** The same for how a run made the image. */
export const RECEIPT_KEYWORD = 'unclip-receipt';

/**
 * The texts that this program writes into PNGs and WebPs, by keyword; none for other files, and no damaged ones of a
 * PNG.
 *
 * @throws WebpError if a WebP is cut short, or is not a WebP
 */
export async function readOwnTexts(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<ReadonlyMap<string, string>> {
  if (type === 'image/png') return readPngTexts(bytes, [WORKFLOW_KEYWORD, RECEIPT_KEYWORD]);
  return type === 'image/webp' ? textsOfWebp(bytes) : new Map();
}

/** The workflow that ComfyUI wrote into a PNG or WebP, or A1111's settings in these or a JPEG; `undefined` if the image carries none, or is damaged. */
export async function readForeignText(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string | undefined> {
  if (type !== 'image/png') return foreignTextOfExif(bytes, type === 'image/webp' ? 'webp' : 'jpeg');
  return foreignTextOf(await readPngTexts(bytes, FOREIGN_KEYWORDS));
}

/** Texts that are damaged are left out, and a file that is cut short has those before its end. */
async function readPngTexts(
  png: Uint8Array<ArrayBuffer>,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  try {
    for (const text of findPngTexts(png, wanted)) {
      const value = texts.get(text.keyword) ?? (await readText(text));
      if (value !== undefined) texts.set(text.keyword, value);
    }
  } catch (error) {
    if (!(error instanceof PngError)) throw error;
  }
  return texts;
}

async function readText(text: PngText): Promise<string | undefined> {
  try {
    const { bytes, isPacked } = openPngText(text);
    if (!isPacked) return decodePngText(text, bytes);
    const packed = new Uint8Array(bytes);
    return decodePngText(text, await inflate(packed, { format: 'deflate', maxBytes: MAX_IMAGE_TEXT_BYTES }));
  } catch {
    // Damaged, or too large; the file may have others.
    return undefined;
  }
}
