import { concatBytes, decodeUtf8, encodeUtf8 } from '../bytes.js';
import { crc32 } from './png-text.js';

/** An archive cannot be read, or would be larger than archives can be. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** A file in an archive, as it lies there. */
export interface ZippedFile {
  readonly name: string;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  readonly packed: Uint8Array;
  readonly sizeBytes: number;
  readonly crc: number;
}

const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffffffff;
/** Of the format that is needed to read it. */
const VERSION = 20;
const NAMES_ARE_UTF8 = 1 << 11;
const ENCRYPTED = 1;

/**
 * Writes an archive of files as they are, piece by piece: images are packed already.
 *
 * @see APPNOTE.TXT 6.3.10, section 4.3
 */
export class ZipWriter {
  readonly #entries: Uint8Array[] = [];
  readonly #names = new Set<string>();
  #offset = 0;

  /**
   * @param name with "/" between folders; one that is taken gets a number
   * @returns what comes before the bytes in the archive
   * @throws ZipError if the archive is full
   */
  add(name: string, bytes: Uint8Array, at: Date): Uint8Array<ArrayBuffer> {
    const encoded = encodeUtf8(this.#freeName(name));
    // Of the header of a file and of its entry in the directory alike.
    const facts = new DataView(new ArrayBuffer(26));
    facts.setUint16(0, VERSION, true);
    facts.setUint16(2, NAMES_ARE_UTF8, true);
    facts.setUint32(6, dosTime(at), true);
    facts.setUint32(10, crc32(bytes), true);
    facts.setUint32(14, bytes.length, true);
    facts.setUint32(18, bytes.length, true);
    facts.setUint16(22, encoded.length, true);
    const header = concatBytes([words(LOCAL), new Uint8Array(facts.buffer), encoded]);
    const rest = new DataView(new ArrayBuffer(14));
    rest.setUint32(10, this.#offset, true);
    this.#entries.push(
      concatBytes([words(ENTRY), shorts(VERSION), new Uint8Array(facts.buffer), new Uint8Array(rest.buffer), encoded]),
    );
    this.#offset += header.length + bytes.length;
    if (this.#offset > MOST_BYTES || this.#entries.length > MOST_ENTRIES)
      throw new ZipError('the archive is too large');
    return header;
  }

  /** @returns the end of the archive */
  finish(): Uint8Array<ArrayBuffer> {
    const directory = concatBytes(this.#entries);
    const count = this.#entries.length;
    if (this.#offset + directory.length > MOST_BYTES) throw new ZipError('the archive is too large');
    const end = [words(END), shorts(0, 0, count, count), words(directory.length, this.#offset), shorts(0)];
    return concatBytes([directory, ...end]);
  }

  #freeName(name: string): string {
    const [, stem = name, ending = ''] = /^(.*?)(\.[^./]*)?$/s.exec(name) ?? [];
    let free = name;
    for (let i = 2; this.#names.has(free); i++) free = `${stem} (${i})${ending}`;
    this.#names.add(free);
    return free;
  }
}

/**
 * The files of an archive that is in memory, folders left out; nothing is unpacked.
 *
 * @throws ZipError
 */
export function readZip(bytes: Uint8Array, limits: { readonly entries: number }): readonly ZippedFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > limits.entries) throw new ZipError(`it holds ${count} files; the limit is ${limits.entries}`);
  const files: ZippedFile[] = [];
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) throw new ZipError('its directory is damaged');
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packedBytes, sizeBytes] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const name = decodeUtf8(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    if (name === null) throw new ZipError('a name in it is not in UTF-8');
    if (flags & ENCRYPTED) throw new ZipError(`${name} is encrypted`);
    const start = contentOf(view, view.getUint32(at + 42, true));
    if (start + packedBytes > bytes.length) throw new ZipError(`${name} is cut off`);
    if (!name.endsWith('/')) {
      files.push({ name, method, packed: bytes.subarray(start, start + packedBytes), sizeBytes, crc });
    }
    at += ENTRY_BYTES + nameBytes + extraBytes + commentBytes;
  }
  return files;
}

/** Whether unpacked bytes are what was put into the archive. */
export function isWhole({ sizeBytes, crc }: ZippedFile, unpacked: Uint8Array): boolean {
  return unpacked.length === sizeBytes && crc32(unpacked) === crc;
}

/** Behind the header of a file, whose extra fields need not be those of the directory. */
function contentOf(view: DataView, at: number): number {
  if (at + LOCAL_BYTES > view.byteLength || view.getUint32(at, true) !== LOCAL) {
    throw new ZipError('its directory leads to no file');
  }
  return at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new ZipError('it has no directory');
}

/** Of the local clock, in steps of two seconds, from 1980 on. */
function dosTime(at: Date): number {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const date = ((Math.max(1980, at.getFullYear()) - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return ((date << 16) | time) >>> 0;
}

function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value, true);
  return new Uint8Array(view.buffer);
}

function shorts(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [i, value] of values.entries()) view.setUint16(i * 2, value, true);
  return new Uint8Array(view.buffer);
}
