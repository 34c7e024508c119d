import { concatBytes, decodeLatin1, decodeUtf8Loosely, encodeLatin1, encodeUtf8 } from '../bytes.js';
import { MAX_IMAGE_TEXT_BYTES } from '../limits.js';

/** A PNG whose structure is wrong: cut short, damaged, or a PNG in name only. */
export class PngError extends Error {
  override readonly name = 'PngError';
}

/** One chunk of a PNG file, with its position. */
export interface PngChunk {
  /** Four letters, such as `IHDR`. */
  readonly type: string;
  /** A view into the file; for pixels cut off by the end of the file, the existing part. */
  readonly data: Uint8Array;
  /** Of type and data, as stored; not yet compared with them. `undefined` if the file ends before it. */
  readonly crc: number | undefined;
  /** Of the chunk's first byte (its length field). */
  readonly start: number;
  /** Just past the chunk's last byte that the file has. */
  readonly end: number;
}

// PNG specification, third edition, 5.2.
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
// Length, type and CRC around the data.
export const PNG_CHUNK_OVERHEAD = 12;
const MAX_KEYWORD_BYTES = 79;
// 11.3.3: 1 to 79 bytes of Latin-1, no space at the ends.
const KEYWORD = /^[\x21-\x7e\xa1-\xff](?:[\x20-\x7e\xa1-\xff]{0,77}[\x21-\x7e\xa1-\xff])?$/;

/** Checks only the signature. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Walks the chunks of a PNG up to and including `IEND`, without decoding or checking their data. Like in Pillow, the
 * end is not required once there are pixels: the file may end inside or after them, or continue with other data.
 *
 * @throws PngError if a chunk extends past the end of the file, or the file ends before the pixels
 * @see Pillow 13.0.0, PngImagePlugin.py, load_read and load_end
 */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk, void, void> {
  if (!isPng(bytes)) throw new PngError('the file does not begin as a PNG does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasPixels = false;
  for (let start = SIGNATURE.length; ; ) {
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    const isChunk = /^[A-Za-z]{4}$/.test(type);
    if (!isChunk && hasPixels) return;
    if (start + PNG_CHUNK_OVERHEAD > bytes.length && !hasPixels)
      throw new PngError('the file ends before the image does');
    if (!isChunk) throw new PngError(`no chunk begins at byte ${start}`);
    hasPixels ||= type === 'IDAT';
    const length = view.getUint32(start);
    const crcAt = start + 8 + length;
    const end = crcAt + 4;
    if ((hasPixels ? crcAt : end) > bytes.length && type !== 'IDAT') {
      throw new PngError(`its ${type} chunk needs ${length} bytes, and the file ends before them`);
    }
    const crc = end <= bytes.length ? view.getUint32(crcAt) : undefined;
    yield { type, data: bytes.subarray(start + 8, crcAt), crc, start, end: Math.min(end, bytes.length) };
    if (type === 'IEND') return;
    start = end;
  }
}

/** A text of a PNG, found by its keyword. */
export interface PngText {
  readonly keyword: string;
  readonly chunk: PngChunk;
}

/**
 * Finds the texts of a PNG (iTXt, tEXt and zTXt chunks) without reading them yet: a damaged text matters only to those
 * who need it.
 *
 * @param wanted the keywords to look for. Left out: all
 * @throws PngError if the file is cut short
 */
export function* findPngTexts(png: Uint8Array, wanted?: readonly string[]): Generator<PngText, void, void> {
  for (const chunk of pngChunks(png)) {
    if (!['iTXt', 'tEXt', 'zTXt'].includes(chunk.type)) continue;
    const end = chunk.data.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0);
    const keyword = decodeLatin1(chunk.data.subarray(0, Math.max(end, 0)));
    if (wanted === undefined) {
      if (end < 0) throw new PngError(`its ${chunk.type} chunk ends too early`);
    } else if (end < 0 || !wanted.includes(keyword)) continue;
    yield { keyword, chunk };
  }
}

/** The bytes of a text, which {@link decodePngText} reads once they are unpacked. */
export interface PngTextBytes {
  readonly bytes: Uint8Array;
  /** By zlib's deflate. */
  readonly isPacked: boolean;
}

/**
 * Takes a text out of its chunk.
 *
 * @throws PngError if the chunk is damaged or too large
 */
export function openPngText({ keyword, chunk: { type, data, crc } }: PngText): PngTextBytes {
  if (crc32(concatBytes([encodeLatin1(type), data])) !== crc) throw new PngError(`its ${type} chunk is damaged`);
  if (data.length > MAX_IMAGE_TEXT_BYTES) throw pngTextTooLarge(type);
  let at = keyword.length + 1;
  const byte = () => data[at++] ?? endsTooEarly(type);
  const skipField = () => {
    const zero = data.indexOf(0, at);
    at = zero < 0 ? endsTooEarly(type) : zero + 1;
  };
  const isPacked = type === 'zTXt' || (type === 'iTXt' && byte() === 1);
  const method = type === 'tEXt' ? 0 : byte();
  if (type === 'iTXt') {
    // Language tag and translated keyword; nothing we read has a use for them.
    skipField();
    skipField();
  }
  if (isPacked && method !== 0) throw new PngError(`its ${type} chunk is compressed by an unknown method (${method})`);
  return { bytes: data.subarray(at), isPacked };
}

export function pngTextTooLarge(type: string): PngError {
  return new PngError(`its ${type} chunk holds more than ${MAX_IMAGE_TEXT_BYTES / 2 ** 20} MiB of text`);
}

export function decodePngText({ chunk }: PngText, unpacked: Uint8Array): string {
  return chunk.type === 'iTXt' ? decodeUtf8Loosely(unpacked) : decodeLatin1(unpacked);
}

/**
 * Puts texts into a PNG, not compressed, right behind its header, where readers of streams see them first: as iTXt (UTF-8).
 *
 * @param png a whole PNG; its pixels are copied unchanged
 * @param isPlain which keywords get tEXt instead, which all programs read, as long as Latin-1 holds their texts
 * @throws PngError if `png` has no header
 */
export function insertPngText(
  png: Uint8Array,
  text: Readonly<Record<string, string>>,
  isPlain: (keyword: string) => boolean = () => false,
): Uint8Array<ArrayBuffer> {
  const header = pngChunks(png).next().value;
  if (header?.type !== 'IHDR') throw new PngError('its first chunk is not a header');
  const chunks = Object.entries(text).map(([keyword, value]) => {
    if (!KEYWORD.test(keyword)) throw new Error(`Internal error: "${keyword}" cannot be a PNG keyword`);
    // Latin-1 without the zero, which would end the text.
    return isPlain(keyword) && !/[\0\u0100-\uffff]/.test(value)
      ? makeChunk('tEXt', [encodeLatin1(`${keyword}\0${value}`)])
      : // Not compressed, method 0, empty language tag, empty translated keyword.
        makeChunk('iTXt', [encodeLatin1(`${keyword}\0\0\0\0\0`), encodeUtf8(value)]);
  });
  return concatBytes([png.subarray(0, header.end), ...chunks, png.subarray(header.end)]);
}

/** A PNG of these chunks, each with its length and checksum, in their order. */
export function makePng(chunks: readonly (readonly [type: string, data: Uint8Array])[]): Uint8Array<ArrayBuffer> {
  return concatBytes([SIGNATURE, ...chunks.map(([type, data]) => makeChunk(type, [data]))]);
}

function makeChunk(type: string, data: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes([encodeLatin1(type), ...data]);
  const [length, crc] = [body.length - 4, crc32(body)].map((word) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, word);
    return bytes;
  }) as [Uint8Array, Uint8Array];
  return concatBytes([length, body, crc]);
}

function endsTooEarly(type: string): never {
  throw new PngError(`its ${type} chunk ends too early`);
}

/** PNG specification, annex D: the polynomial of ISO 3309, bits reversed; a table of what a byte does to the rest. */
const CRC_OF_BYTE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** As PNG, zip and gzip have it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_OF_BYTE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
