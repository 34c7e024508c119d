import { decodeUtf8, type JsonDialect, JsonMistake, readJsonText, withReason } from '@unclip-studio/graph-core';
import { MAX_SAFETENSORS_HEADER_BYTES } from '../limits.js';
import type { Tensor } from '../tensor/tensor.js';
import { CheckpointError, type FileCure } from './checkpoint-error.js';
import { findMistakenContent } from './mistaken-content.js';

/** Bytes of one element, by the name the format gives a type. */
const BYTES_PER_ELEMENT = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;
export type SafetensorsDtype = keyof typeof BYTES_PER_ELEMENT;

export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offset: number;
  readonly length: number;
  /** Of pickles: the bytes hold the matrix [columns, rows] where `shape` says [rows, columns]. */
  readonly isTransposed?: boolean;
  /** For pickles, whose elements need not be in row order: elements from one index of an axis to the next. */
  readonly strides?: readonly number[];
}

export function bytesPerElement(dtype: SafetensorsDtype): number {
  return BYTES_PER_ELEMENT[dtype];
}

export interface SafetensorsHeader {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Metadata stored with the tensors. Results do not depend on it, unless a format says so. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** One file that can be read in pieces. */
export interface WeightFile {
  /** For messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Exactly `length` bytes, or fewer where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The file is not what the safetensors format allows; nothing of it can be trusted. */
export class SafetensorsError extends CheckpointError {
  override readonly name = 'SafetensorsError';
}

const LENGTH_BYTES = 8;
/** Enough to recognize what the file really is. */
const START_BYTES = 512;

/**
 * Reads and checks a header. Nothing past the header is read.
 *
 * @throws SafetensorsError naming file, tensor, what was expected and found
 * @see https://github.com/huggingface/safetensors#format
 */
export async function readSafetensorsHeader(file: WeightFile): Promise<SafetensorsHeader> {
  const start = await file.read(0, Math.min(START_BYTES, file.sizeBytes));
  const mistaken = findMistakenContent(String.fromCharCode(...start));
  if (mistaken !== undefined) throw problemOf(file.name, mistaken.problem, mistaken);
  const length = LENGTH_BYTES + readHeaderLength(file.name, start, file.sizeBytes);
  const bytes = await file.read(0, length);
  if (bytes.length !== length) fail(file.name, `expected ${length} bytes at its start, got ${bytes.length}`);
  return parseSafetensorsHeader(file.name, bytes, file.sizeBytes);
}

/**
 * @param file its name, for messages
 * @param bytes the start of the file: length word and header, or more
 * @param fileSizeBytes of the whole file
 * @throws SafetensorsError
 */
export function parseSafetensorsHeader(file: string, bytes: Uint8Array, fileSizeBytes: number): SafetensorsHeader {
  const headerLength = readHeaderLength(file, bytes, fileSizeBytes);
  const dataStart = LENGTH_BYTES + headerLength;
  if (bytes.length < dataStart)
    fail(file, `expected a header of ${headerLength} bytes, got ${bytes.length - LENGTH_BYTES}`);
  const text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataStart));
  if (text === null) fail(file, 'expected a header in UTF-8, got other bytes');
  if (!text.startsWith('{'))
    fail(file, `expected a header that starts with "{", got ${JSON.stringify(text.slice(0, 1))}`);
  const tensors = new Map<string, SafetensorsTensor>();
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of parseEntries(file, text)) {
    if (name === '__metadata__') metadata = readMetadata(file, value);
    else tensors.set(name, readTensor(`${file}, tensor "${name}"`, value, dataStart));
  }
  checkLayout(file, tensors, { dataStart, fileSizeBytes });
  return { file, tensors, metadata };
}

function readHeaderLength(file: string, bytes: Uint8Array, fileSizeBytes: number): number {
  if (bytes.length < LENGTH_BYTES) fail(file, `expected at least ${LENGTH_BYTES} bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  const most = BigInt(Math.min(MAX_SAFETENSORS_HEADER_BYTES, fileSizeBytes - LENGTH_BYTES));
  if (length > most) fail(file, `expected a header of at most ${most} bytes, got ${length}`);
  return Number(length);
}

/** A value in a header. Objects are maps, so that no key can mean anything to JavaScript. */
type HeaderValue = string | number | null | readonly HeaderValue[] | ReadonlyMap<string, HeaderValue>;

/** The part of JSON that headers use. Of two equal keys `JSON.parse` would silently take the last one. */
const HEADER_JSON: JsonDialect<HeaderValue> = {
  maxDepth: 4,
  duplicateKeys: 'refused',
  expected: 'an object, a list, a string or a whole number',
  literal(token) {
    if (token === 'null') return null;
    return /^-?(?:0|[1-9]\d*)$/.test(token) ? Number(token) : undefined;
  },
  string: (text) => text,
  list: (items) => items,
  object: (entries) => entries,
};

function parseEntries(file: string, text: string): ReadonlyMap<string, HeaderValue> {
  try {
    const header = readJsonText(text, HEADER_JSON);
    if (header instanceof Map) return header;
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    fail(file, `expected a JSON header; at character ${error.position}: ${error.message}`);
  }
  return fail(file, 'expected a JSON object as header');
}

function readMetadata(file: string, value: HeaderValue): ReadonlyMap<string, string> {
  const entries = value === null ? [] : value instanceof Map ? [...value] : fail(file, METADATA_PROBLEM);
  return new Map(
    entries.map(([key, item]) => [key, typeof item === 'string' ? item : fail(file, METADATA_PROBLEM)] as const),
  );
}

const METADATA_PROBLEM = 'expected "__metadata__" to hold texts only';

function readTensor(where: string, value: HeaderValue, dataStart: number): SafetensorsTensor {
  const entry: ReadonlyMap<string, HeaderValue> =
    value instanceof Map ? value : fail(where, 'expected an object with dtype, shape and data_offsets');
  const surplus = [...entry.keys()].find((key) => !['dtype', 'shape', 'data_offsets'].includes(key));
  if (surplus !== undefined) fail(where, `expected dtype, shape and data_offsets only, got ${JSON.stringify(surplus)}`);

  const dtype = entry.get('dtype');
  if (!isDtype(dtype))
    fail(where, `expected a dtype of ${Object.keys(BYTES_PER_ELEMENT).join(', ')}, got ${show(dtype)}`);
  const shape = entry.get('shape');
  if (!isListOfSizes(shape)) fail(where, `expected a shape of whole numbers from 0, got ${show(shape)}`);
  const offsets = entry.get('data_offsets');
  if (!isListOfSizes(offsets) || offsets.length !== 2) {
    fail(where, `expected data_offsets of two whole numbers from 0, got ${show(offsets)}`);
  }
  const [begin = 0, end = 0] = offsets;
  if (end < begin) fail(where, `expected data_offsets in order, got ${show(offsets)}`);
  const length = byteLength(dtype, shape);
  if (!Number.isSafeInteger(length)) fail(where, `expected a shape that a file can hold, got ${show(shape)}`);
  if (end - begin !== length) fail(where, `expected ${length} bytes for ${dtype} ${show(shape)}, got ${end - begin}`);
  return { dtype, shape, offset: dataStart + begin, length };
}

/** Infinity or an unsafe integer when the product overflows, so the caller can detect it. */
function byteLength(dtype: SafetensorsDtype, shape: readonly number[]): number {
  // A zero makes an empty tensor regardless of the others; they must still not overflow.
  const product = shape.reduce((size, dim) => size * Math.max(dim, 1), BYTES_PER_ELEMENT[dtype]);
  return Number.isSafeInteger(product) && shape.includes(0) ? 0 : product;
}

/** The format demands that the tensors fill the data part from its start to the end of the file. */
function checkLayout(
  file: string,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  { dataStart, fileSizeBytes }: { readonly dataStart: number; readonly fileSizeBytes: number },
): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
  let position = dataStart;
  for (const [name, { offset, length }] of inOrder) {
    if (offset !== position) {
      const fault = offset < position ? 'an overlap with another tensor' : 'a hole before it';
      fail(`${file}, tensor "${name}"`, `expected data from byte ${position}, got byte ${offset}: ${fault}`);
    }
    position += length;
    if (position > fileSizeBytes) {
      fail(`${file}, tensor "${name}"`, `expected data up to byte ${position}, got a file of ${fileSizeBytes} bytes`);
    }
  }
  if (position !== fileSizeBytes) fail(file, `expected ${position} bytes, got ${fileSizeBytes}`);
}

function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(BYTES_PER_ELEMENT, value);
}

function isListOfSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : value instanceof Map ? 'an object' : JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

function fail(where: string, problem: string): never {
  throw problemOf(where, problem, {
    fault: 'damaged',
    cure: 'The file is damaged or was cut off; download or copy it again',
  });
}

function problemOf(where: string, problem: string, { fault, cure }: FileCure): SafetensorsError {
  const because = { code: 'model-file', file: where, fault, detail: problem, more: 0 } as const;
  return withReason(new SafetensorsError(`${where}: ${problem}. ${cure}`), because);
}

/** A file with one float32 tensor, as `safetensors` 0.6 writes it: the header's length, the header padded to 8 bytes, the numbers. */
export function safetensorsOf(
  name: string,
  { dims, data }: Tensor,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entry = { dtype: 'F32', shape: dims, data_offsets: [0, data.byteLength] };
  const json = asciiBytes(JSON.stringify({ __metadata__: { format: 'pt', ...metadata }, [name]: entry }));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + data.byteLength).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + padded);
  return bytes;
}

/** A text of JSON, whose other characters are escaped. */
function asciiBytes(json: string): Uint8Array {
  const escaped = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}
