import { concatBytes, decodeLatin1, encodeLatin1 } from '../bytes.js';

/** The texts of an EXIF block, as image programs write them there. */
export interface ExifTexts {
  /** Tag of the first directory (0x010f Make, 0x0110 Model, ...) -> ASCII text. */
  readonly tags: ReadonlyMap<number, string>;
  /** What A1111 writes its parameters into. */
  readonly userComment?: string;
}

// EXIF 2.32, 4.6: types of values, and tags.
const ASCII = 2;
const LONG = 4;
const UNDEFINED = 7;
const SIZES: Readonly<Record<number, number>> = {
  1: 1,
  [ASCII]: 1,
  3: 2,
  [LONG]: 4,
  5: 8,
  [UNDEFINED]: 1,
  9: 4,
  10: 8,
};
const EXIF_DIRECTORY = 0x8769;
const USER_COMMENT = 0x9286;
const UNICODE = 'UNICODE\0';
const ENTRY_BYTES = 12;
// Of a directory; real ones have some dozens.
const MAX_ENTRIES = 1000;

/** @param tags in any order, without the tag of the Exif directory; texts in ASCII */
export function writeExif({ tags, userComment }: ExifTexts): Uint8Array {
  const entries = [...tags].map(([tag, text]) => ({ tag, type: ASCII, bytes: encodeLatin1(`${text}\0`) }));
  const comment =
    userComment === undefined ? [] : [{ tag: USER_COMMENT, type: UNDEFINED, bytes: unicode(userComment) }];
  // Header, first directory, the data it points to; then the Exif directory likewise.
  const first = 8;
  const pointer = { tag: EXIF_DIRECTORY, type: LONG, bytes: new Uint8Array(4) };
  const all = comment.length === 0 ? entries : [...entries, pointer];
  const second = first + directorySize(all);
  new DataView(pointer.bytes.buffer).setUint32(0, second, true);
  return concatBytes([
    Uint8Array.of(0x49, 0x49, 42, 0, first, 0, 0, 0),
    directory(all, first),
    ...(comment.length === 0 ? [] : [directory(comment, second)]),
  ]);
}

/** Reads what exists; a damaged block has no texts. */
export function readExif(bytes: Uint8Array): ExifTexts {
  // Some writers leave the mark of a JPEG's segment before it.
  const start = ['E', 'x', 'i', 'f'].every((letter, i) => bytes[i] === letter.charCodeAt(0)) ? 6 : 0;
  const exif = bytes.subarray(start);
  const order = String.fromCharCode(...exif.subarray(0, 2));
  if (exif.length < 8 || (order !== 'II' && order !== 'MM')) return { tags: new Map() };
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  const isLittle = order === 'II';
  const first = readDirectory(view, view.getUint32(4, isLittle), isLittle);
  const tags = new Map<number, string>();
  for (const { tag, type, bytes: value } of first) if (type === ASCII) tags.set(tag, untilZero(decodeLatin1(value)));
  const pointer = first.find(({ tag }) => tag === EXIF_DIRECTORY)?.bytes;
  if (pointer === undefined || pointer.length < 4) return { tags };
  const at = new DataView(pointer.buffer, pointer.byteOffset, 4).getUint32(0, isLittle);
  const comment = readDirectory(view, at, isLittle).find(({ tag }) => tag === USER_COMMENT)?.bytes;
  return comment === undefined ? { tags } : { tags, userComment: readComment(comment, isLittle) };
}

/**
 * The EXIF block of a JPEG, from its first APP1 segment; `undefined` if it has none.
 *
 * @see ITU-T T.81, annex B (segments: a marker, and a length of two bytes that counts itself)
 */
export function findJpegExif(jpeg: Uint8Array): Uint8Array | undefined {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0;
    const length = ((jpeg[at + 2] ?? 0) << 8) | (jpeg[at + 3] ?? 0);
    const data = jpeg.subarray(at + 4, at + 2 + length);
    // The pixels begin; nothing that describes them comes behind.
    if (marker === 0xda || length < 2) return undefined;
    if (marker === 0xe1 && decodeLatin1(data.subarray(0, 4)) === 'Exif') return data;
    at += 2 + length;
  }
  return undefined;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly bytes: Uint8Array;
}

function directorySize(entries: readonly Entry[]): number {
  const outside = entries.reduce((sum, { bytes }) => sum + (bytes.length > 4 ? even(bytes.length) : 0), 0);
  return 2 + ENTRY_BYTES * entries.length + 4 + outside;
}

function directory(entries: readonly Entry[], start: number): Uint8Array {
  const made = new Uint8Array(directorySize(entries));
  const view = new DataView(made.buffer);
  view.setUint16(0, entries.length, true);
  let outside = 2 + ENTRY_BYTES * entries.length + 4;
  for (const [i, { tag, type, bytes }] of [...entries].sort((a, b) => a.tag - b.tag).entries()) {
    const at = 2 + ENTRY_BYTES * i;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, bytes.length / (SIZES[type] ?? 1), true);
    if (bytes.length <= 4) made.set(bytes, at + 8);
    else {
      view.setUint32(at + 8, start + outside, true);
      made.set(bytes, outside);
      outside += even(bytes.length);
    }
  }
  return made;
}

function readDirectory(view: DataView, start: number, isLittle: boolean): readonly Entry[] {
  if (start + 2 > view.byteLength) return [];
  const count = Math.min(view.getUint16(start, isLittle), MAX_ENTRIES);
  const entries: Entry[] = [];
  for (let at = start + 2; entries.length < count && at + ENTRY_BYTES <= view.byteLength; at += ENTRY_BYTES) {
    const type = view.getUint16(at + 2, isLittle);
    const length = view.getUint32(at + 4, isLittle) * (SIZES[type] ?? 1);
    const from = length <= 4 ? at + 8 : view.getUint32(at + 8, isLittle);
    const isWhole = from + length <= view.byteLength;
    const bytes = new Uint8Array(view.buffer, view.byteOffset + (isWhole ? from : 0), isWhole ? length : 0);
    entries.push({ tag: view.getUint16(at, isLittle), type, bytes });
  }
  return entries;
}

/**
 * The encoding is given in eight letters; UTF-16 has the block's byte order, and from some writers always big-endian.
 */
function readComment(bytes: Uint8Array, isLittle: boolean): string {
  const text = bytes.subarray(8);
  if (decodeLatin1(bytes.subarray(0, 8)) !== UNICODE) return untilZero(decodeLatin1(text));
  const [other, own] = [!isLittle, isLittle].map((isLow) => utf16(text, isLow));
  const isReadable = (found = '') => /^[\t\n\r\u0020-\u024f]/.test(found);
  return (isReadable(own) || !isReadable(other) ? own : other) ?? '';
}

function unicode(text: string): Uint8Array {
  const made = new Uint8Array(8 + 2 * text.length);
  made.set(encodeLatin1(UNICODE));
  const view = new DataView(made.buffer);
  // As A1111 writes it, regardless of the block's byte order.
  for (let i = 0; i < text.length; i++) view.setUint16(8 + 2 * i, text.charCodeAt(i), false);
  return made;
}

function utf16(bytes: Uint8Array, isLittle: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 2 <= bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, isLittle));
  return untilZero(text);
}

function untilZero(text: string): string {
  return text.split('\0', 1)[0] ?? '';
}

function even(length: number): number {
  return length + (length % 2);
}
