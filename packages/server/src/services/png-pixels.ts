import { promisify } from 'node:util';
import { constants, crc32, deflate, inflate } from 'node:zlib';
import { PngError, pngChunks } from '@unclip-studio/graph-core';

const SIGNATURE_BYTES = 8;
// The colour key counts; nothing else whose letters say that a reader may pass over it, and nothing that Pillow does not know.
const DECIDE_PIXELS: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);

/**
 * The PNG with nothing but the chunks that decide its pixels, and with an end: the image library would unpack every text
 * and profile in the file, and so few bytes can take gigabytes.
 *
 * @returns the same bytes if there is nothing to leave out
 * @throws PngError as {@link pngChunks} does
 */
export function pixelChunks(png: Uint8Array): Uint8Array {
  const chunks = [...pngChunks(png)].filter(({ type }) => DECIDE_PIXELS.has(type));
  const kept = chunks.reduce((bytes, { start, end }) => bytes + end - start, SIGNATURE_BYTES);
  const hasEnd = chunks.at(-1)?.type === 'IEND';
  if (kept === png.length && hasEnd) return png;
  const parts = chunks.map(({ start, end }) => png.subarray(start, end));
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...parts, ...(hasEnd ? [] : [chunkOf('IEND')])]);
}

/**
 * The PNG with its pixels compressed again, as far as Pillow reads them: ignoring checksums, without the last bytes
 * that zlib writes, and with zeros for missing rows. All its other chunks stay.
 *
 * @param png one whose header is valid
 * @throws PngError if the pixels are damaged, or the file ends before the last of them
 * @see Pillow 13.0.0, src/libImaging/ZipDecode.c
 */
export async function repackPixels(png: Uint8Array): Promise<Uint8Array> {
  const chunks = [...pngChunks(png)];
  const header = chunks.find(({ type }) => type === 'IHDR')?.data;
  if (header === undefined) throw new PngError('it has no header');
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const rows = await unpackRows(packed, passesOf(header));
  const pixels = chunkOf('IDAT', await promisify(deflate)(rows, { level: 1 }));
  const first = chunks.findIndex(({ type }) => type === 'IDAT');
  const others = (from: number, to: number) =>
    chunks.slice(from, to).filter(({ type }) => type !== 'IDAT' && type !== 'IEND');
  const bytesOf = (some: typeof chunks) => some.map(({ start, end }) => png.subarray(start, end));
  return Buffer.concat([
    png.subarray(0, SIGNATURE_BYTES),
    ...bytesOf(others(0, first)),
    pixels,
    ...bytesOf(others(first, chunks.length)),
    chunkOf('IEND'),
  ]);
}

async function unpackRows(packed: Buffer, passes: readonly Pass[]): Promise<Buffer> {
  const bytes = passes.reduce((sum, { rows, rowBytes }) => sum + rows * rowBytes, 0);
  // More than there are rows for is let pass, as it is by Pillow.
  const options = { maxOutputLength: bytes + 2 ** 16 };
  const unpack = promisify(inflate) as (data: Buffer, options: object) => Promise<Buffer>;
  try {
    const rows = await unpack(packed, options);
    if (isBetweenRows(rows.length, passes)) return Buffer.concat([rows], Math.max(bytes, rows.length));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') {
      throw new PngError('its pixels are damaged', { cause: error });
    }
    const rows = await unpack(packed, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
    if (rows.length >= bytes) return rows;
  }
  throw new PngError('the file ends before the image does');
}

function isBetweenRows(bytes: number, passes: readonly Pass[]): boolean {
  let left = bytes;
  for (const { rows, rowBytes } of passes) {
    if (left < rows * rowBytes) return left % rowBytes === 0;
    left -= rows * rowBytes;
  }
  return true;
}

// PNG specification, third edition, 8.2: where the passes of an interlaced image begin, and their steps.
const PASSES = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
] as const;
const CHANNELS: readonly number[] = [1, 0, 3, 1, 2, 0, 4];

interface Pass {
  readonly rows: number;
  /** Of one row, with the byte before it that names its filter. */
  readonly rowBytes: number;
}

function passesOf(header: Uint8Array): readonly Pass[] {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const bits = view.getUint8(8) * (CHANNELS[view.getUint8(9)] ?? 0);
  const passes = view.getUint8(12) === 1 ? PASSES : [{ x: 0, y: 0, dx: 1, dy: 1 }];
  return passes.flatMap(({ x, y, dx, dy }) => {
    const [columns, rows] = [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)];
    return columns <= 0 || rows <= 0 ? [] : [{ rows, rowBytes: 1 + Math.ceil((columns * bits) / 8) }];
  });
}

function chunkOf(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
