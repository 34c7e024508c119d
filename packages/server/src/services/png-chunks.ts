/** A PNG whose structure is wrong: cut short, damaged, or a PNG in name only. */
export class PngError extends Error {
  override readonly name = 'PngError';
}

/** One chunk of a PNG file, where it lies in the file. */
export interface PngChunk {
  /** Four letters, such as `IHDR`. */
  readonly type: string;
  /** A view into the file. */
  readonly data: Uint8Array;
  /** Of type and data, as stored; not yet compared with them. */
  readonly crc: number;
  /** Of the chunk's first byte (its length field). */
  readonly start: number;
  /** Just past the chunk's last byte. */
  readonly end: number;
}

// PNG specification, third edition, 5.2.
const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
// Length, type and CRC around the data.
const CHUNK_OVERHEAD = 12;

/** Looks at the signature only. */
export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/**
 * Walks the chunks of a PNG up to and with `IEND`, without decoding or checking their data.
 *
 * @throws PngError if a chunk reaches past the end of the file, or the file ends before `IEND`
 */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk, void, void> {
  if (!isPng(bytes)) throw new PngError('the file does not begin as a PNG does');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = PNG_SIGNATURE.length;
  for (;;) {
    if (start + CHUNK_OVERHEAD > bytes.length) throw new PngError('the file ends before the picture does');
    const length = view.getUint32(start);
    const end = start + CHUNK_OVERHEAD + length;
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw new PngError(`no chunk begins at byte ${start}`);
    if (end > bytes.length) {
      throw new PngError(`its ${type} chunk needs ${length} bytes, and the file ends before them`);
    }
    yield { type, data: bytes.subarray(start + 8, end - 4), crc: view.getUint32(end - 4), start, end };
    if (type === 'IEND') return;
    start = end;
  }
}

/**
 * The PNG with nothing but the chunks that decide its pixels: the image library would unpack every text and profile in
 * the file, and so few bytes can take gigabytes.
 *
 * @returns the same bytes if there is nothing to leave out
 * @throws PngError as {@link pngChunks} does
 */
export function pixelChunks(png: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const chunk of pngChunks(png)) {
    if (decidesPixels(chunk)) continue;
    parts.push(png.subarray(from, chunk.start));
    from = chunk.end;
  }
  return from === 0 ? png : Buffer.concat([...parts, png.subarray(from)]);
}

/** A capital letter begins those that no reader may pass over; of the others only the colour key counts. */
function decidesPixels({ type }: PngChunk): boolean {
  return type === 'tRNS' || /^[A-Z]/.test(type);
}
