import { crc32, inflateSync } from 'node:zlib';
import { type PngChunk, PngError, pngChunks } from './png-chunks.js';

// Bounds against compressed bombs: of one text, and of all that are asked for in one file. A workflow has at most 4 MB.
const MAX_TEXT_BYTES = 16 * 2 ** 20;
const MAX_TEXTS_BYTES = 64 * 2 ** 20;
const MAX_KEYWORD_BYTES = 79;
// PNG specification, third edition, 11.3.3: 1 to 79 bytes of Latin-1, no space at the ends.
const KEYWORD = /^[\x21-\x7e\xa1-\xff](?:[\x20-\x7e\xa1-\xff]{0,77}[\x21-\x7e\xa1-\xff])?$/;

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
): Uint8Array {
  const header = pngChunks(png).next().value;
  if (header?.type !== 'IHDR') throw new PngError('its first chunk is not a header');
  const chunks = Object.entries(text).map(([keyword, value]) =>
    // Latin-1 without the zero, which would end the text.
    isPlain(keyword) && !/[\0\u0100-\uffff]/.test(value)
      ? makeChunk('tEXt', Buffer.concat([keywordBytes(keyword), Buffer.from(value, 'latin1')]))
      : makeChunk('iTXt', iTxtData(keyword, value)),
  );
  return Buffer.concat([png.subarray(0, header.end), ...chunks, png.subarray(header.end)]);
}

/**
 * Reads the texts of a PNG's iTXt, tEXt and zTXt chunks by keyword; of two with one keyword the first counts.
 *
 * @param wanted the keywords to read; texts under others are neither unpacked nor checked. Left out: all
 * @throws PngError if the file is cut short, or a text chunk is damaged or too large
 */
export function readPngText(png: Uint8Array, wanted?: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let leftBytes = MAX_TEXTS_BYTES;
  for (const chunk of pngChunks(png)) {
    if (!isTextChunk(chunk)) continue;
    const fields = new ChunkFields(chunk);
    const keyword = wanted === undefined ? latin1(fields.untilZero()) : fields.wantedKeyword(wanted);
    if (keyword === undefined || texts.has(keyword)) continue;
    const value = readText(chunk, fields);
    leftBytes -= value.length;
    if (leftBytes < 0) throw new PngError(`its texts hold more than ${MAX_TEXTS_BYTES / 2 ** 20} MiB`);
    texts.set(keyword, value);
  }
  return texts;
}

function isTextChunk({ type }: PngChunk): boolean {
  return type === 'iTXt' || type === 'tEXt' || type === 'zTXt';
}

function readText({ type, data, crc }: PngChunk, fields: ChunkFields): string {
  if (chunkCrc(type, data) !== crc) throw new PngError(`its ${type} chunk is damaged`);
  if (data.length > MAX_TEXT_BYTES) throw tooLarge(type);
  if (type === 'tEXt') return latin1(fields.rest());
  if (type === 'zTXt') {
    requireDeflate(type, fields.byte());
    return latin1(inflateText(type, fields.rest()));
  }
  const isCompressed = fields.byte() === 1;
  const method = fields.byte();
  // Language tag and translated keyword; nothing we read has a use for them.
  fields.untilZero();
  fields.untilZero();
  if (!isCompressed) return utf8(fields.rest());
  requireDeflate(type, method);
  return utf8(inflateText(type, fields.rest()));
}

/** Takes a chunk's fields from front to back. */
class ChunkFields {
  readonly #type: string;
  readonly #data: Uint8Array;
  #position = 0;

  constructor({ type, data }: PngChunk) {
    this.#type = type;
    this.#data = data;
  }

  byte(): number {
    const value = this.#data[this.#position++];
    if (value === undefined) throw this.#cutShort();
    return value;
  }

  untilZero(): Uint8Array {
    const end = this.#data.indexOf(0, this.#position);
    if (end < 0) throw this.#cutShort();
    const field = this.#data.subarray(this.#position, end);
    this.#position = end + 1;
    return field;
  }

  /** The keyword, if it is one of these; a chunk that has none is nobody's. */
  wantedKeyword(wanted: readonly string[]): string | undefined {
    const end = this.#data.subarray(0, MAX_KEYWORD_BYTES + 1).indexOf(0);
    const keyword = end < 0 ? undefined : latin1(this.untilZero());
    return keyword !== undefined && wanted.includes(keyword) ? keyword : undefined;
  }

  rest(): Uint8Array {
    return this.#data.subarray(this.#position);
  }

  #cutShort(): PngError {
    return new PngError(`its ${this.#type} chunk ends too early`);
  }
}

/** With the zero that ends it. */
function keywordBytes(keyword: string): Uint8Array {
  if (!KEYWORD.test(keyword)) throw new Error(`Internal error: "${keyword}" cannot be a PNG keyword`);
  return Buffer.from(`${keyword}\0`, 'latin1');
}

function iTxtData(keyword: string, value: string): Uint8Array {
  // Keyword, then: not compressed, method 0, empty language tag, empty translated keyword.
  return Buffer.concat([keywordBytes(keyword), Buffer.alloc(4), Buffer.from(value, 'utf8')]);
}

function makeChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(chunkCrc(type, data), 8 + data.length);
  return chunk;
}

function chunkCrc(type: string, data: Uint8Array): number {
  return crc32(data, crc32(Buffer.from(type, 'latin1')));
}

function requireDeflate(type: string, method: number): void {
  if (method !== 0) throw new PngError(`its ${type} chunk is compressed by an unknown method (${method})`);
}

function inflateText(type: string, data: Uint8Array): Uint8Array {
  try {
    return inflateSync(data, { maxOutputLength: MAX_TEXT_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(type);
    throw new PngError(`its ${type} chunk cannot be unpacked`, { cause: error });
  }
}

function tooLarge(type: string): PngError {
  return new PngError(`its ${type} chunk holds more than ${MAX_TEXT_BYTES / 2 ** 20} MiB of text`);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
