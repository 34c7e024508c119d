import { crc32 } from 'node:zlib';

/** A PNG by its parts, so that tests can make what no encoder would. */
export function makePng(parts: {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  /** Deflated rows, each with its filter byte. */
  readonly data: Uint8Array;
  /** Chunks between header and pixels. */
  readonly extra?: Uint8Array;
}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(parts.width, 0);
  header.writeUInt32BE(parts.height, 4);
  header.set([parts.depth, parts.colourType, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    parts.extra ?? Buffer.alloc(0),
    pngChunk('IDAT', parts.data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One chunk with a right length and CRC. */
export function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, crc]);
}
