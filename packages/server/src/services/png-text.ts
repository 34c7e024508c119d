import { crc32, inflateSync } from 'node:zlib';
import { type PngChunk, PngError, pngChunks } from './png-chunks.js';

// A bound against compressed bombs; a workflow has at most 4 MB.
const MAX_TEXT_BYTES = 16 * 2 ** 20;
// PNG specification, third edition, 11.3.3: 1 to 79 bytes of Latin-1, no space at the ends.
const KEYWORD = /^[\x21-\x7e\xa1-\xff](?:[\x20-\x7e\xa1-\xff]{0,77}[\x21-\x7e\xa1-\xff])?$/;

/**
 * Puts texts into a PNG as iTXt chunks (UTF-8, not compressed), right behind its header, where readers of streams see them first.
 *
 * @param png a whole PNG; its pixels are copied unchanged
 * @throws PngError if `png` has no header
 */
export function insertPngText(png: Uint8Array, text: Readonly<Record<string, string>>): Uint8Array {
  const header = pngChunks(png).next().value;
  if (header?.type !== 'IHDR') throw new PngError('its first chunk is not a header');
  const chunks = Object.entries(text).map(([keyword, value]) => makeChunk('iTXt', iTxtData(keyword, value)));
  return Buffer.concat([png.subarray(0, header.end), ...chunks, png.subarray(header.end)]);
}

/**
 * Reads the texts of a PNG's iTXt, tEXt and zTXt chunks by keyword; of two with one keyword the first counts.
 *
 * @throws PngError if the file is cut short, or a text chunk is damaged or too large
 */
export function readPngText(png: Uint8Array): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const chunk of pngChunks(png)) {
    const entry = readTextChunk(chunk);
    if (entry && !texts.has(entry.keyword)) texts.set(entry.keyword, entry.value);
  }
  return texts;
}

interface TextEntry {
  readonly keyword: string;
  readonly value: string;
}

function readTextChunk(chunk: PngChunk): TextEntry | undefined {
  if (chunk.type !== 'iTXt' && chunk.type !== 'tEXt' && chunk.type !== 'zTXt') return undefined;
  if (chunkCrc(chunk.type, chunk.data) !== chunk.crc) throw new PngError(`its ${chunk.type} chunk is damaged`);
  if (chunk.data.length > MAX_TEXT_BYTES) throw tooLarge(chunk.type);
  const fields = new ChunkFields(chunk);
  const keyword = latin1(fields.untilZero());
  if (chunk.type === 'tEXt') return { keyword, value: latin1(fields.rest()) };
  if (chunk.type === 'zTXt') {
    requireDeflate(chunk.type, fields.byte());
    return { keyword, value: latin1(inflateText(chunk.type, fields.rest())) };
  }
  const isCompressed = fields.byte() === 1;
  const method = fields.byte();
  // Language tag and translated keyword; nothing we read has a use for them.
  fields.untilZero();
  fields.untilZero();
  if (!isCompressed) return { keyword, value: utf8(fields.rest()) };
  requireDeflate(chunk.type, method);
  return { keyword, value: utf8(inflateText(chunk.type, fields.rest())) };
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

  rest(): Uint8Array {
    return this.#data.subarray(this.#position);
  }

  #cutShort(): PngError {
    return new PngError(`its ${this.#type} chunk ends too early`);
  }
}

function iTxtData(keyword: string, value: string): Uint8Array {
  if (!KEYWORD.test(keyword)) throw new Error(`Internal error: "${keyword}" cannot be a PNG keyword`);
  // Keyword, its zero, then: not compressed, method 0, empty language tag, empty translated keyword.
  return Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.alloc(5), Buffer.from(value, 'utf8')]);
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
