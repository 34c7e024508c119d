import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

// Test tensors are stored compressed, since a checkout has room for little. Floats compress badly as they are; with the
// first bytes of all numbers of a tensor together, then the second ones, and so on, signs and exponents compress well.
// Tensors that lie in another file of the checkout too (a checkpoint as a folder and as one file) are not stored again.
//
// Layout before compression: u32 length of the header, little-endian; the header as JSON; the stored parts of all files.

/** Bytes of a file: `width` bytes a number, 1 if it is stored as it is; or where else in the checkout they lie. */
type PackedPart =
  | { readonly bytes: number; readonly width: number }
  | { readonly bytes: number; readonly path: string; readonly offset: number };

interface PackedFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly sha256: string;
  readonly parts: readonly PackedPart[];
}

/**
 * Packs files.
 *
 * @param paths relative to `root`
 * @param others safetensors files whose tensors are not stored again; they must lie there when the pack is unpacked
 */
export function packFiles(root: string, paths: readonly string[], others: readonly string[]): Uint8Array {
  const known = indexTensors(root, others);
  const stored: Uint8Array[] = [];
  const files: PackedFile[] = paths.map((path) => {
    const content = readFileSync(join(root, path));
    const parts = path.endsWith('.safetensors') ? findTensors(content) : [{ from: 0, bytes: content.length, width: 1 }];
    const packedParts = parts.flatMap(({ from, bytes, width }): readonly PackedPart[] => {
      const found = findElsewhere(known, content.subarray(from, from + bytes));
      if (found !== undefined) return found;
      stored.push(toPlanes(content.subarray(from, from + bytes), width));
      return [{ bytes, width }];
    });
    return { path, sha256: sha256(content), parts: packedParts };
  });
  const header = Buffer.from(JSON.stringify(files));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const all = Buffer.concat([length, header, ...stored]);
  return brotliCompressSync(all, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: all.length,
    },
  });
}

/**
 * Writes the files of a pack below `root`, unless they lie there already.
 *
 * @throws Error if a file does not have its sha256
 */
export function unpackFiles(root: string, pack: string): void {
  const packed = readFileSync(pack);
  const stamp = `${pack}.unpacked`;
  const wanted = sha256(packed);
  if (existsSync(stamp)) {
    const [last, ...paths] = readFileSync(stamp, 'utf8').split('\n');
    if (last === wanted && paths.every((path) => existsSync(join(root, path)))) return;
  }
  const all = brotliDecompressSync(packed);
  let offset = 4 + all.readUInt32LE(0);
  const files = JSON.parse(all.toString('utf8', 4, offset)) as readonly PackedFile[];
  for (const { path, sha256: expected, parts } of files) {
    const contents = parts.map((part) => {
      if ('path' in part) return readFileSync(join(root, part.path)).subarray(part.offset, part.offset + part.bytes);
      offset += part.bytes;
      return fromPlanes(all.subarray(offset - part.bytes, offset), part.width);
    });
    const content = Buffer.concat(contents);
    if (sha256(content) !== expected) throw new Error(`${pack}: ${path} does not have its sha256`);
    writeWhole(join(root, path), content);
  }
  writeWhole(stamp, [wanted, ...files.map(({ path }) => path)].join('\n'));
}

/** Another test run may read or unpack the same file at this moment. */
function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

const WIDTHS: Readonly<Record<string, number>> = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2 };

interface Part {
  readonly from: number;
  readonly bytes: number;
  readonly width: number;
}

/** The header of a safetensors file, then each tensor in the order of the bytes. */
function findTensors(content: Buffer): readonly Part[] {
  const headerBytes = 8 + Number(content.readBigUInt64LE(0));
  const header = JSON.parse(content.toString('utf8', 8, headerBytes)) as Readonly<
    Record<string, { readonly dtype: string; readonly data_offsets: readonly [number, number] }>
  >;
  const tensors = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([, { dtype, data_offsets }]) => ({
      from: headerBytes + data_offsets[0],
      bytes: data_offsets[1] - data_offsets[0],
      width: WIDTHS[dtype] ?? 1,
    }));
  return [{ from: 0, bytes: headerBytes, width: 1 }, ...tensors.sort((a, b) => a.from - b.from)];
}

interface Place {
  readonly path: string;
  readonly offset: number;
}

/** sha256 of a tensor's bytes -> where it lies. */
function indexTensors(root: string, paths: readonly string[]): ReadonlyMap<string, Place> {
  const known = new Map<string, Place>();
  for (const path of paths) {
    const content = readFileSync(join(root, path));
    for (const { from, bytes } of findTensors(content)) {
      known.set(sha256(content.subarray(from, from + bytes)), { path, offset: from });
    }
  }
  return known;
}

/** Attention of open_clip has query, key and value in one tensor, so thirds are looked for as well. */
function findElsewhere(known: ReadonlyMap<string, Place>, tensor: Uint8Array): readonly PackedPart[] | undefined {
  for (const count of [1, 3]) {
    const bytes = tensor.length / count;
    const places = Array.from({ length: count }, (_, i) =>
      known.get(sha256(tensor.subarray(i * bytes, (i + 1) * bytes))),
    );
    const parts = places.flatMap((place) => (place === undefined ? [] : [{ bytes, ...place }]));
    if (parts.length === count) return parts;
  }
  return undefined;
}

/** The first bytes of all numbers, then the second ones, and so on. */
function toPlanes(numbers: Uint8Array, width: number): Uint8Array {
  const count = numbers.length / width;
  const planes = new Uint8Array(numbers.length);
  for (let i = 0, number = 0; number < count; number++) {
    for (let byte = 0; byte < width; byte++) planes[byte * count + number] = numbers[i++] ?? 0;
  }
  return planes;
}

function fromPlanes(planes: Uint8Array, width: number): Uint8Array {
  const count = planes.length / width;
  const numbers = new Uint8Array(planes.length);
  for (let i = 0, number = 0; number < count; number++) {
    for (let byte = 0; byte < width; byte++) numbers[i++] = planes[byte * count + number] ?? 0;
  }
  return numbers;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
