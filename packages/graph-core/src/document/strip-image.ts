import { concatBytes, decodeUtf8Loosely, encodeUtf8 } from '../bytes.js';
import { decodePngText, findPngTexts, insertPngText, isPng, makePng, openPngText, pngChunks } from './png-text.js';
import { findWebpChunk, markingIn, WebpError, XMP_KEYWORD, xmpOf } from './webp-text.js';

/** Whether images of this media type can be stripped. */
export function isStrippable(mediaType: string): boolean {
  return mediaType === 'image/png' || mediaType === 'image/webp';
}

/**
 * An image without what tells how it was made: prompt, workflow, receipt, seeds, names of files and C2PA manifest. Pixels are not touched,
 * and the marking that a model made the image stays.
 *
 * @throws PngError, WebpError if the file is damaged, or is neither PNG nor WebP
 */
export function stripImage(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return isPng(bytes) ? stripPng(bytes) : stripWebp(bytes);
}

// Texts, EXIF, the time, and a C2PA manifest, which names files and signs what is no longer there; what is left concerns how
// pixels are shown.
const PNG_DROPPED = ['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'caBX'];
const WEBP_DROPPED = ['EXIF', 'XMP ', 'C2PA'];

function stripPng(png: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = [...pngChunks(png)].filter(({ type }) => !PNG_DROPPED.includes(type));
  const stripped = makePng(kept.map(({ type, data }) => [type, data]));
  const [packet] = findPngTexts(png, [XMP_KEYWORD]);
  const opened = packet && openPngText(packet);
  const marking = packet && opened && !opened.isPacked ? markingIn(decodePngText(packet, opened.bytes)) : undefined;
  return marking === undefined ? stripped : insertPngText(stripped, { [XMP_KEYWORD]: xmpOf({}, marking) });
}

/** @see RFC 9649, 2.7 (chunks), 2.7.1 (flags of VP8X) */
function stripWebp(webp: Uint8Array): Uint8Array<ArrayBuffer> {
  const packet = findWebpChunk(webp, 'XMP ');
  const marking = packet && markingIn(decodeUtf8Loosely(packet));
  const view = new DataView(webp.buffer, webp.byteOffset, webp.byteLength);
  const end = 8 + view.getUint32(4, true);
  const chunks: Uint8Array[] = [];
  for (let start = 12; start + 8 <= end; ) {
    const name = String.fromCharCode(...webp.subarray(start, start + 4));
    const length = view.getUint32(start + 4, true);
    const next = start + 8 + length + (length % 2);
    if (start + 8 + length > end) throw new WebpError(`its ${name.trim()} chunk reaches past the end of the file`);
    const chunk = webp.slice(start, next);
    if (name === 'VP8X')
      chunk[8] = ((chunk[8] ?? 0) & ~(EXIF_FLAG | XMP_FLAG)) | (marking === undefined ? 0 : XMP_FLAG);
    if (!WEBP_DROPPED.includes(name)) chunks.push(chunk);
    start = next;
  }
  if (marking !== undefined) chunks.push(riffChunk('XMP ', encodeUtf8(xmpOf({}, marking))));
  return riffChunk('RIFF', concatBytes([encodeUtf8('WEBP'), ...chunks]));
}

const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

function riffChunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, data.length, true);
  return concatBytes([encodeUtf8(name), length, data, new Uint8Array(data.length % 2)]);
}
