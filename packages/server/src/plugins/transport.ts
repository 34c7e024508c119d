/**
 * How values are passed between this program and the code of a plug-in: JSON text, with arrays of numbers as separate
 * bytes.
 */
export interface Packed {
  readonly text: string;
  readonly buffers: readonly ArrayBuffer[];
}

const KINDS = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint16Array, Uint8Array, BigInt64Array } as const;
type Kind = keyof typeof KINDS;
type NumberArray = InstanceType<(typeof KINDS)[Kind]>;

// Deeper than any value of a node; further down the stack could end.
const MAX_DEPTH = 40;

/** What does not cross itself: the other side gets a token for it, and may hand that back. */
export interface Handles {
  /** The token of an object that must not cross; `undefined` for all others. */
  tokenOf(value: object): number | undefined;
  valueOf(token: number): unknown;
}

/** @throws Error that names what cannot cross */
export function pack(value: unknown, handles?: Pick<Handles, 'tokenOf'>): Packed {
  const buffers: ArrayBuffer[] = [];
  return { text: JSON.stringify(encode(value, 0, { buffers, handles })), buffers };
}

/** @throws Error if it is not what {@link pack} makes */
export function unpack({ text, buffers }: Packed, handles?: Pick<Handles, 'valueOf'>): unknown {
  return decode(JSON.parse(text), 0, { buffers, handles });
}

// Module functions instead of closures: closures that call each other would be a cycle, in which QuickJS keeps the
// arrays.

interface Packing {
  readonly buffers: ArrayBuffer[];
  readonly handles: Pick<Handles, 'tokenOf'> | undefined;
}

function encode(one: unknown, depth: number, packing: Packing): unknown {
  if (depth > MAX_DEPTH) throw new Error('a value is nested too deep');
  switch (typeof one) {
    case 'boolean':
    case 'string':
      return one;
    case 'number':
      return Number.isFinite(one) && !Object.is(one, -0) ? one : ['number', Object.is(one, -0) ? '-0' : String(one)];
    case 'bigint':
      return ['bigint', String(one)];
    case 'undefined':
      return ['undefined'];
    case 'object':
      return one === null ? null : encodeObject(one, depth, packing);
    default:
      throw new Error(`a ${typeof one} cannot be transferred`);
  }
}

function encodeObject(one: object, depth: number, packing: Packing): unknown {
  const token = packing.handles?.tokenOf(one);
  if (token !== undefined) return ['handle', token];
  if (Array.isArray(one)) return ['array', ...one.map((entry) => encode(entry, depth + 1, packing))];
  if (ArrayBuffer.isView(one)) return encodeNumbers(one, packing);
  return Object.fromEntries(
    Object.entries(one)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => [name, encode(entry, depth + 1, packing)]),
  );
}

function encodeNumbers(view: ArrayBufferView, { buffers }: Packing): unknown {
  // A Buffer is a Uint8Array too.
  const kind = view instanceof Uint8Array ? 'Uint8Array' : view.constructor.name;
  if (!Object.hasOwn(KINDS, kind)) throw new Error(`a ${kind} cannot be transferred`);
  buffers.push(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer);
  return ['numbers', kind, buffers.length - 1];
}

interface Unpacking {
  readonly buffers: readonly ArrayBuffer[];
  readonly handles: Pick<Handles, 'valueOf'> | undefined;
}

function decode(one: unknown, depth: number, unpacking: Unpacking): unknown {
  if (depth > MAX_DEPTH) throw new Error('a value is nested too deep');
  if (typeof one !== 'object' || one === null) return one;
  if (Array.isArray(one)) return decodeTagged(one, depth, unpacking);
  // Own properties, regardless of their names.
  return Object.fromEntries(Object.entries(one).map(([name, entry]) => [name, decode(entry, depth + 1, unpacking)]));
}

function decodeTagged([tag, ...rest]: readonly unknown[], depth: number, unpacking: Unpacking): unknown {
  switch (tag) {
    case 'array':
      return rest.map((entry) => decode(entry, depth + 1, unpacking));
    case 'numbers':
      return decodeNumbers(rest, unpacking);
    case 'number':
      return Number(shortText(rest[0]));
    case 'bigint':
      return BigInt(shortText(rest[0]));
    case 'undefined':
      return undefined;
    case 'handle':
      return unpacking.handles?.valueOf(Number(rest[0]));
    default:
      throw new Error('a value is not in the transfer format');
  }
}

/** Of a number; a longer one would take long to read. */
function shortText(value: unknown): string {
  if (typeof value === 'string' && value.length <= 400) return value;
  throw new Error('a number is not in the transfer format');
}

function decodeNumbers([kind, index]: readonly unknown[], { buffers }: Unpacking): NumberArray {
  const buffer = buffers[Number(index)];
  if (buffer === undefined || typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    throw new Error('the numbers of a value are missing');
  }
  const Numbers = KINDS[kind as Kind];
  if (buffer.byteLength % Numbers.BYTES_PER_ELEMENT !== 0) throw new Error('an array has a part of a number');
  return new Numbers(buffer);
}
