import { deflateSync } from 'node:zlib';
import { pngChunk } from '../support/make-png.js';
import type { Random } from './random.js';

/** Changes some bytes, as a broken download or a hostile hand would. */
export function mutateBytes(random: Random, bytes: Uint8Array, others: readonly Uint8Array[] = []): Buffer {
  let made = Buffer.from(bytes);
  for (let count = 1 + random.size(20); count > 0; count--) made = changeBytes(random, made, others);
  return made;
}

const WORDS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

function changeBytes(random: Random, bytes: Buffer<ArrayBuffer>, others: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const length = random.size(Math.max(1, bytes.length - at));
  switch (random.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2: {
      const times = Math.min(random.size(1000), Math.ceil(500_000 / (length + 1)));
      const piece = bytes.subarray(at, at + length);
      return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: times }, () => piece), bytes.subarray(at)]);
    }
    case 3: {
      const other = others.length === 0 ? bytes : random.pick(others);
      const from = random.below(other.length);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random.size(4096)), bytes.subarray(at)]);
    }
    case 4:
      if (at + 4 <= bytes.length) {
        if (random.chance(0.5)) bytes.writeUInt32BE(random.pick(WORDS), at);
        else bytes.writeUInt32LE(random.pick(WORDS), at);
      }
      return bytes;
    default:
      if (at < bytes.length)
        bytes[at] = random.chance(0.5) ? random.below(256) : (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
  }
}

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

const TEXT_CHUNKS = ['tEXt', 'zTXt', 'iTXt', 'eXIf'] as const;
const KEYWORDS = [
  'workflow',
  'prompt',
  'unclip-workflow',
  'unclip-receipt',
  'Raw profile type exif',
  'XML:com.adobe.xmp',
];

/** Changes a PNG chunk by chunk, with right lengths and checksums, so that what reads them is reached. */
export function mutatePng(random: Random, png: Uint8Array, texts: readonly string[]): Buffer {
  const chunks = chunksOf(Buffer.from(png));
  for (let count = 1 + random.size(6); count > 0 && chunks.length > 0; count--) {
    const at = random.below(chunks.length);
    const chunk = chunks[at] as Chunk;
    switch (random.below(6)) {
      case 0:
        chunks[at] = { ...chunk, data: mutateBytes(random, chunk.data) };
        break;
      case 1:
        chunks.splice(at, 1);
        break;
      case 2: {
        const times = Math.min(random.size(3000), Math.ceil(500_000 / (chunk.data.length + 12)));
        chunks.splice(at, 0, ...Array.from({ length: times }, () => chunk));
        break;
      }
      case 3:
        chunks.splice(at, 1, { ...chunk, type: random.pick([...TEXT_CHUNKS, 'IDAT', 'PLTE', 'tRNS', 'iCCP', 'zzZz']) });
        break;
      default:
        chunks.splice(Math.max(1, at), 0, textChunk(random, random.pick(texts)));
    }
  }
  const made = Buffer.concat([png.subarray(0, 8), ...chunks.map(({ type, data }) => pngChunk(type, data))]);
  return random.chance(0.2) ? mutateBytes(random, made) : made;
}

function textChunk(random: Random, text: string): Chunk {
  const type = random.pick(TEXT_CHUNKS);
  const keyword = Buffer.from(`${random.pick(KEYWORDS)}\0`, 'latin1');
  // What unpacks to much, seldom, since it takes long to pack.
  const content = random.chance(0.03) ? Buffer.alloc(random.size(40_000_000), 32) : Buffer.from(text);
  if (type === 'zTXt')
    return { type, data: Buffer.concat([keyword, Buffer.of(0), deflateSync(content, { level: 1 })]) };
  if (type !== 'iTXt') return { type, data: Buffer.concat([keyword, content.subarray(0, 1_000_000)]) };
  const isPacked = random.chance(0.5);
  const packed = isPacked ? deflateSync(content, { level: 1 }) : content.subarray(0, 1_000_000);
  return { type, data: Buffer.concat([keyword, Buffer.of(isPacked ? 1 : 0, 0, 0, 0), packed]) };
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}
