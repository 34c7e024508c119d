import { type StoredArray, StoredFormError } from '@unclip-studio/nodes-unclip';

/** What one file of the result store holds: fields for JSON, and arrays in their bytes. */
export interface ArrayFile {
  readonly header: unknown;
  readonly arrays: readonly StoredArray[];
}

const KINDS = { f32: Float32Array, f64: Float64Array, u32: Uint32Array, u8: Uint8Array } as const;
type Kind = keyof typeof KINDS;

// So that an array can be read in place by programs that map the file.
const ALIGNMENT = 8;

/**
 * As parts of one file: length of the header (uint32), header (JSON, UTF-8), then each array from the next multiple of 8
 * on. Numbers are little-endian, as on every processor that ONNX Runtime is built for.
 */
export function arrayFileParts({ header, arrays }: ArrayFile): readonly Uint8Array[] {
  const described = arrays.map((array) => [kindOf(array), array.length]);
  const json = Buffer.from(JSON.stringify({ header, arrays: described }), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  const parts: Uint8Array[] = [length, json];
  let offset = 4 + json.byteLength;
  for (const array of arrays) {
    const padding = paddingAt(offset);
    parts.push(new Uint8Array(padding), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    offset += padding + array.byteLength;
  }
  return parts;
}

/** @throws StoredFormError if the bytes are no such file */
export function readArrayFile(bytes: Uint8Array): ArrayFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.byteLength < 4) throw new StoredFormError('no header');
  const end = 4 + buffer.readUInt32LE(0);
  const { header, arrays } = readHeader(buffer.toString('utf8', 4, end));
  let offset = end;
  const read = arrays.map(([kind, length]) => {
    const TypedArray = KINDS[kind];
    offset += paddingAt(offset);
    const from = offset;
    offset += length * TypedArray.BYTES_PER_ELEMENT;
    if (offset > buffer.byteLength) throw new StoredFormError('an array reaches past the end');
    // A copy: a returned array must not keep the whole file in memory, nor be misaligned.
    const copy = new Uint8Array(length * TypedArray.BYTES_PER_ELEMENT);
    copy.set(buffer.subarray(from, offset));
    return new TypedArray(copy.buffer);
  });
  return { header, arrays: read };
}

interface Described {
  readonly header: unknown;
  readonly arrays: readonly (readonly [Kind, number])[];
}

function readHeader(text: string): Described {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new StoredFormError('its header is not JSON', { cause: error });
  }
  const { header, arrays } = (json ?? {}) as { readonly header?: unknown; readonly arrays?: unknown };
  if (!Array.isArray(arrays) || !arrays.every(isDescription)) throw new StoredFormError('its header names no arrays');
  return { header, arrays };
}

function isDescription(value: unknown): value is readonly [Kind, number] {
  if (!Array.isArray(value)) return false;
  const [kind, length] = value as readonly unknown[];
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind) && Number.isSafeInteger(length) && Number(length) >= 0;
}

function paddingAt(offset: number): number {
  return (ALIGNMENT - (offset % ALIGNMENT)) % ALIGNMENT;
}

function kindOf(array: StoredArray): Kind {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  return array instanceof Uint32Array ? 'u32' : 'u8';
}
