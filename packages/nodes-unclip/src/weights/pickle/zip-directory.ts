import { decodeUtf8 } from '@unclip-studio/graph-core';
import { MAX_ARCHIVE_DIRECTORY_BYTES, MAX_ARCHIVE_ENTRIES } from '../../limits.js';
import type { WeightFile } from '../safetensors.js';
import { PickleError } from './pickle-values.js';

/** A file inside of a zip archive. */
export interface ZipEntry {
  readonly name: string;
  /** Of its name. */
  readonly nameBytes: number;
  /** Of its local header, from the start of the archive. */
  readonly headerOffset: number;
  readonly length: number;
  /** As stored in the archive: the same length unless it is compressed. */
  readonly packedLength: number;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  /** Why its bytes cannot be read in place; `null` if they can. */
  readonly problem: string | null;
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const END64_LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const IN_EXTRA_16 = 0xffff;
const IN_EXTRA_32 = 0xffffffff;

/**
 * Reads the directory of a zip archive, with zip64.
 *
 * @throws PickleError
 * @see APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3
 */
export async function readZipDirectory(file: WeightFile): Promise<readonly ZipEntry[]> {
  const { count, offset, length, end } = await findDirectory(file);
  if (offset + length > end) throw new PickleError('the directory of the archive is outside of the file');
  if (count > MAX_ARCHIVE_ENTRIES || length > MAX_ARCHIVE_DIRECTORY_BYTES)
    throw new PickleError(`an archive of ${count} files`);
  const bytes = await file.read(offset, length);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let position = 0;
  for (let i = 0; i < count; i++) {
    if (position + ENTRY_BYTES > bytes.length || view.getUint32(position, true) !== 0x02014b50) {
      throw new PickleError('the directory of the archive is cut off');
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => view.getUint16(position + at, true)) as [
      number,
      number,
      number,
    ];
    const nameEnd = position + ENTRY_BYTES + nameLength;
    const next = nameEnd + extraLength + commentLength;
    if (next > bytes.length) throw new PickleError('the directory of the archive is cut off');
    const name = decodeUtf8(bytes.subarray(position + ENTRY_BYTES, nameEnd));
    if (name === null) throw new PickleError('a name in the archive that is not in UTF-8');
    entries.push(
      toEntry({ name, nameBytes: nameLength }, view, {
        position,
        extra: bytes.subarray(nameEnd, nameEnd + extraLength),
      }),
    );
    position = next;
  }
  return entries;
}

/** Where the bytes of an entry begin. @throws PickleError if its own header contradicts the directory */
export async function dataOffsetOf(
  file: WeightFile,
  { name, nameBytes, headerOffset, packedLength }: ZipEntry,
): Promise<number> {
  const header = await file.read(headerOffset, LOCAL_BYTES + nameBytes);
  const view = viewOf(header);
  if (header.length < LOCAL_BYTES + nameBytes || view.getUint32(0, true) !== 0x04034b50) {
    throw new PickleError(`${JSON.stringify(name)} is not where the directory of the archive says`);
  }
  const own = decodeUtf8(header.subarray(LOCAL_BYTES));
  if (own !== name || view.getUint16(26, true) !== nameBytes) {
    throw new PickleError(`the archive has another name for ${JSON.stringify(name)} in front of it`);
  }
  const offset = headerOffset + header.length + view.getUint16(28, true);
  if (offset + packedLength > file.sizeBytes) throw new PickleError(`${JSON.stringify(name)} is cut off`);
  return offset;
}

interface Directory {
  readonly count: number;
  readonly offset: number;
  readonly length: number;
  /** Where the file continues after it. */
  readonly end: number;
}

async function findDirectory(file: WeightFile): Promise<Directory> {
  const from = Math.max(file.sizeBytes - END_BYTES - MAX_COMMENT_BYTES, 0);
  const tail = await file.read(from, file.sizeBytes - from);
  const view = viewOf(tail);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50 || at + END_BYTES + view.getUint16(at + 20, true) !== tail.length)
      continue;
    const end = from + at;
    const [count, length, offset] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ];
    const isZip64 = count === IN_EXTRA_16 || length === IN_EXTRA_32 || offset === IN_EXTRA_32;
    return isZip64 ? readDirectory64(file, end) : { count, offset, length, end };
  }
  throw new PickleError('the end of the archive is missing; the file was cut off');
}

async function readDirectory64(file: WeightFile, end: number): Promise<Directory> {
  const locator = await file.read(Math.max(end - END64_LOCATOR_BYTES, 0), END64_LOCATOR_BYTES);
  const locatorView = viewOf(locator);
  if (locator.length < END64_LOCATOR_BYTES || locatorView.getUint32(0, true) !== 0x07064b50) {
    throw new PickleError('the archive has no zip64 directory, although it claims to');
  }
  const at = safe(locatorView.getBigUint64(8, true));
  const record = await file.read(at, END64_BYTES);
  const view = viewOf(record);
  if (record.length < END64_BYTES || view.getUint32(0, true) !== 0x06064b50) {
    throw new PickleError('the archive has no zip64 directory where it says');
  }
  return {
    count: safe(view.getBigUint64(32, true)),
    length: safe(view.getBigUint64(40, true)),
    offset: safe(view.getBigUint64(48, true)),
    end: at,
  };
}

interface Raw {
  readonly position: number;
  readonly extra: Uint8Array;
}

function toEntry(names: Pick<ZipEntry, 'name' | 'nameBytes'>, view: DataView, { position, extra }: Raw): ZipEntry {
  const flags = view.getUint16(position + 8, true);
  const method = view.getUint16(position + 10, true);
  const wide = zip64Fields(extra);
  const read = (at: number): number => {
    const value = view.getUint32(position + at, true);
    return value === IN_EXTRA_32 ? wide() : value;
  };
  // In the order of the extra field.
  const length = read(24);
  const packed = read(20);
  const headerOffset = read(42);
  const problem =
    (flags & 1) !== 0
      ? 'it is encrypted'
      : method !== 0 || packed !== length
        ? 'it is compressed, which torch never does; unzip the file and zip it without compression'
        : null;
  return { ...names, headerOffset, length, packedLength: packed, method, problem };
}

/** The 8-byte values of the zip64 extra field, one after the other. */
function zip64Fields(extra: Uint8Array): () => number {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const end = Math.min(at + 4 + view.getUint16(at + 2, true), extra.length);
    let position = at + 4;
    return () => {
      if (position + 8 > end) throw new PickleError('a size is missing in the directory of the archive');
      position += 8;
      return safe(view.getBigUint64(position - 8, true));
    };
  }
  return () => {
    throw new PickleError('a size is missing in the directory of the archive');
  };
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new PickleError('the archive promises more bytes than a file can have');
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
