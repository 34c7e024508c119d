import { inflate } from './inflate.js';

/** The PNG text under which every picture made here carries its workflow. */
const KEYWORD = 'unclip-workflow';
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
// Length, type and CRC around a chunk's data.
const OVERHEAD = 12;
// A bound against compressed bombs; a workflow has at most 4 MB.
const PACKED = { format: 'deflate', maxBytes: 16 * 2 ** 20 } as const;

/**
 * A text inside a PNG, that of its workflow unless another is asked for (chunk iTXt, tEXt or zTXt; PNG specification, third edition, 11.3.3).
 *
 * @returns `undefined` if the file is no PNG, is damaged, or carries none
 */
export async function readWorkflowText(png: Uint8Array<ArrayBuffer>, keyword = KEYWORD): Promise<string | undefined> {
  for (const { type, data } of chunksOf(png)) {
    const text = isText(type) ? await readText(type, data, keyword) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}

/** Puts a workflow into a PNG as an iTXt chunk, right behind its header. */
export function insertWorkflowText(png: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const headerEnd = SIGNATURE.length + OVERHEAD + new DataView(png.buffer, png.byteOffset).getUint32(SIGNATURE.length);
  // Keyword, its zero, then: not compressed, method 0, empty language tag, empty translated keyword.
  const data = concat([ascii(KEYWORD), new Uint8Array(5), new TextEncoder().encode(text)]);
  const body = concat([ascii('iTXt'), data]);
  const chunk = new Uint8Array(body.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(body, 4);
  view.setUint32(4 + body.length, crc32(body));
  return concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)]);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

function* chunksOf(png: Uint8Array<ArrayBuffer>): Generator<Chunk, void, void> {
  if (!SIGNATURE.every((byte, i) => png[i] === byte)) return;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let start = SIGNATURE.length;
  while (start + OVERHEAD <= png.length) {
    const end = start + OVERHEAD + view.getUint32(start);
    if (end > png.length) return;
    yield { type: String.fromCharCode(...png.subarray(start + 4, start + 8)), data: png.subarray(start + 8, end - 4) };
    start = end;
  }
}

function isText(type: string): boolean {
  return type === 'iTXt' || type === 'tEXt' || type === 'zTXt';
}

async function readText(type: string, data: Uint8Array<ArrayBuffer>, keyword: string): Promise<string | undefined> {
  const start = ascii(`${keyword}\0`);
  if (!start.every((byte, i) => data[i] === byte)) return undefined;
  let rest = data.subarray(start.length);
  if (type === 'tEXt') return latin1(rest);
  if (type === 'zTXt') return latin1(await inflate(rest.subarray(1), PACKED));
  const isCompressed = rest[0] === 1;
  // Flag and method, then the language tag and the translated keyword, which nothing here has a use for.
  rest = afterZero(afterZero(rest.subarray(2)));
  return new TextDecoder().decode(isCompressed ? await inflate(rest, PACKED) : rest);
}

function afterZero(data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return data.subarray(data.indexOf(0) + 1);
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

// PNG specification, annex D: the polynomial of ISO 3309, bits reversed.
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
