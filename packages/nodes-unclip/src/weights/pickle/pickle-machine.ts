import { MAX_INTEGER_BYTES, MAX_INTEGER_DIGITS, MAX_PICKLE_LINE_BYTES, MAX_PICKLE_OPERATIONS } from '../../limits.js';
import { ByteReader } from './byte-reader.js';
import {
  type PickleDict,
  PickledStorage,
  PickleError,
  PickleFloat,
  PickleGlobal,
  PickleList,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js';
import { buildState, CopyBudget, rebuild, rebuildPersistent } from './rebuild.js';

export interface PickleResult {
  readonly value: PickleValue;
  /** Where the next pickle of the file may begin. */
  readonly end: number;
  /** Every storage that it names, whether or not a tensor of the value uses it. */
  readonly storages: readonly PickledStorage[];
}

/**
 * Runs the part of the pickle machine that makes data: containers, numbers, texts, storages and tensors. Nothing is
 * imported or called; what would need it is rejected. Protocols 0 to 5. It works without recursion, however deeply
 * values are nested.
 *
 * @param bytes from the start of the pickle, possibly only a part of it
 * @param available number of bytes from there on
 * @throws PickleError, or NeedsMoreBytes if the pickle continues after `bytes`
 * @see Python 3.13, Lib/pickletools.py
 */
export function runPickle(bytes: Uint8Array, available: number): PickleResult {
  const machine = new PickleMachine(new ByteReader(bytes, available));
  return machine.run();
}

class PickleMachine {
  readonly #reader: ByteReader;
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #budget = new CopyBudget();
  readonly #storages: PickledStorage[] = [];

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  run(): PickleResult {
    for (let operations = 0; operations < MAX_PICKLE_OPERATIONS; operations++) {
      const code = String.fromCharCode(this.#reader.uint8());
      if (code === '.') return { value: this.#pop(), end: this.#reader.position, storages: this.#storages };
      if (!(this.#makeAtom(code) || this.#makeContainer(code) || this.#moveOnStack(code) || this.#makeObject(code))) {
        throw this.#wrong(`an operation that a file of tensors needs, got 0x${code.charCodeAt(0).toString(16)}`);
      }
    }
    throw new PickleError(`more than ${MAX_PICKLE_OPERATIONS} operations`);
  }

  /** Numbers, texts and bytes. */
  #makeAtom(code: string): boolean {
    const atom = this.#readNumber(code) ?? this.#readText(code);
    if (atom === undefined) return false;
    this.#stack.push(atom.value);
    return true;
  }

  #readNumber(code: string): { readonly value: PickleValue } | undefined {
    const reader = this.#reader;
    switch (code) {
      case 'N':
        return { value: null };
      case '\x88':
        return { value: true };
      case '\x89':
        return { value: false };
      case 'K':
        return { value: reader.uint8() };
      case 'M':
        return { value: reader.uint16() };
      case 'J':
        return { value: reader.int32() };
      case '\x8a':
        return { value: toInteger(reader.bytes(reader.uint8())) };
      case '\x8b':
        return { value: toInteger(reader.bytes(this.#atMost(reader.int32(), MAX_INTEGER_BYTES))) };
      case 'I':
      case 'L':
        return { value: this.#readDigits(code) };
      case 'G':
        return { value: new PickleFloat(reader.float64BigEndian()) };
      case 'F':
        return { value: new PickleFloat(this.#readFloat()) };
      default:
        return undefined;
    }
  }

  #readDigits(code: 'I' | 'L'): PickleValue {
    const digits = this.#reader.line(MAX_INTEGER_DIGITS).replace(code === 'L' ? /L$/ : /$/, '');
    // Protocol 0 writes booleans so.
    if (code === 'I' && (digits === '00' || digits === '01')) return digits === '01';
    if (!/^-?\d+$/.test(digits)) throw this.#wrong(`a whole number, got ${JSON.stringify(digits.slice(0, 40))}`);
    return narrow(BigInt(digits));
  }

  #readFloat(): number {
    const text = this.#reader.line(MAX_INTEGER_DIGITS);
    const value = { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }[text];
    if (value !== undefined) return value;
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(text)) throw this.#wrong('a number');
    return Number(text);
  }

  #readText(code: string): { readonly value: PickleValue } | undefined {
    const reader = this.#reader;
    switch (code) {
      case 'X':
        return { value: reader.text(reader.uint32()) };
      case '\x8c':
        return { value: reader.text(reader.uint8()) };
      case '\x8d':
        return { value: reader.text(reader.uint64()) };
      case 'V':
        return { value: unescaped(reader.line(MAX_PICKLE_LINE_BYTES)) };
      case 'U':
        return { value: reader.latin1(reader.uint8()) };
      case 'T':
        return { value: reader.latin1(this.#atMost(reader.int32(), Number.MAX_SAFE_INTEGER)) };
      case 'S':
        return { value: this.#unquoted(reader.line(MAX_PICKLE_LINE_BYTES)) };
      case 'C':
        return { value: reader.bytes(reader.uint8()).slice() };
      case 'B':
        return { value: reader.bytes(reader.uint32()).slice() };
      case '\x8e':
      case '\x96':
        return { value: reader.bytes(reader.uint64()).slice() };
      default:
        return undefined;
    }
  }

  #unquoted(text: string): string {
    const [, , inner] = /^(['"])([^\\]*)\1$/.exec(text) ?? [];
    if (inner === undefined) throw this.#wrong('a text in quotes, without escapes');
    return inner;
  }

  #makeContainer(code: string): boolean {
    const stack = this.#stack;
    switch (code) {
      case ')':
        stack.push(new PickleTuple([]));
        return true;
      case '\x85':
      case '\x86':
      case '\x87':
        this.#makeTuple(code.charCodeAt(0) - 0x84);
        return true;
      case 't':
        stack.push(new PickleTuple(this.#popToMark()));
        return true;
      case ']':
        stack.push(new PickleList());
        return true;
      case 'l':
        stack.push(listOf(this.#popToMark()));
        return true;
      case 'a':
      case 'e':
        this.#append(code === 'a' ? [this.#pop()] : this.#popToMark());
        return true;
      case '}':
        stack.push(new Map());
        return true;
      case 'd':
      case 's':
      case 'u':
        this.#setItems(code);
        return true;
      case '\x8f':
        stack.push(new PickleSet());
        return true;
      case '\x90':
      case '\x91':
        this.#addItems(code);
        return true;
      default:
        return false;
    }
  }

  #makeTuple(count: number): void {
    const items = Array.from({ length: count }, () => this.#pop());
    this.#stack.push(new PickleTuple(items.reverse()));
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!(list instanceof PickleList)) throw this.#wrong('a list to append to');
    for (const item of items) list.items.push(item);
  }

  #setItems(code: 'd' | 's' | 'u'): void {
    const items = code === 's' ? [this.#pop(), this.#pop()].reverse() : this.#popToMark();
    const dict: PickleDict = code === 'd' ? new Map() : this.#dictOnTop();
    if (items.length % 2 !== 0) throw this.#wrong('a value for each key');
    for (let i = 0; i < items.length; i += 2) dict.set(this.#asKey(items[i]), items[i + 1] as PickleValue);
    if (code === 'd') this.#stack.push(dict);
  }

  #dictOnTop(): PickleDict {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.#wrong('a dict to put something into');
    return dict;
  }

  #addItems(code: string): void {
    const items = this.#popToMark();
    const set = code === '\x91' ? new PickleSet() : this.#top();
    if (!(set instanceof PickleSet)) throw this.#wrong('a set to add to');
    for (const item of items) set.items.add(this.#asKey(item));
    if (code === '\x91') this.#stack.push(set);
  }

  #asKey(value: PickleValue | undefined): PickleValue {
    const hasHash =
      value !== undefined && !(value instanceof Map || value instanceof PickleList || value instanceof PickleSet);
    if (!hasHash) throw this.#wrong('a key that Python can find again, got a list, dict or set');
    return value;
  }

  /** Stack and memo. */
  #moveOnStack(code: string): boolean {
    const reader = this.#reader;
    switch (code) {
      case '(':
        this.#marks.push(this.#stack.length);
        return true;
      case '0':
        if (this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
        else this.#pop();
        return true;
      case '1':
        this.#popToMark();
        return true;
      case '2':
        this.#stack.push(this.#top());
        return true;
      case 'p':
        this.#memo.set(this.#memoIndex(), this.#top());
        return true;
      case 'q':
        this.#memo.set(reader.uint8(), this.#top());
        return true;
      case 'r':
        this.#memo.set(reader.uint32(), this.#top());
        return true;
      case '\x94':
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 'g':
        this.#recall(this.#memoIndex());
        return true;
      case 'h':
        this.#recall(reader.uint8());
        return true;
      case 'j':
        this.#recall(reader.uint32());
        return true;
      case '\x80': {
        const protocol = reader.uint8();
        if (protocol > 5) throw this.#wrong(`protocol 5 at most, got ${protocol}`);
        return true;
      }
      case '\x95':
        // Only affects how much may be read at once.
        reader.uint64();
        return true;
      default:
        return false;
    }
  }

  #memoIndex(): number {
    const digits = this.#reader.line(MAX_INTEGER_DIGITS);
    if (!/^\d{1,10}$/.test(digits)) throw this.#wrong('a place in the memo');
    return Number(digits);
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#wrong(`something in the memo at ${index}`);
    this.#stack.push(value);
  }

  /** Python names, and their equivalents here. */
  #makeObject(code: string): boolean {
    const reader = this.#reader;
    switch (code) {
      case 'c':
        this.#stack.push(new PickleGlobal(reader.line(MAX_PICKLE_LINE_BYTES), reader.line(MAX_PICKLE_LINE_BYTES)));
        return true;
      case '\x93': {
        const [name, module] = [this.#pop(), this.#pop()];
        if (typeof name !== 'string' || typeof module !== 'string') throw this.#wrong('a module and a name in texts');
        this.#stack.push(new PickleGlobal(module, name));
        return true;
      }
      case 'R':
      case '\x81': {
        const [args, callable] = [this.#pop(), this.#pop()];
        if (!(args instanceof PickleTuple)) throw this.#wrong('arguments in a tuple');
        this.#stack.push(rebuild(callable, args.items, this.#budget));
        return true;
      }
      case 'b': {
        const state = this.#pop();
        buildState(this.#top(), state, this.#budget);
        return true;
      }
      case 'Q': {
        const value = rebuildPersistent(this.#pop());
        if (value instanceof PickledStorage) this.#storages.push(value);
        this.#stack.push(value);
        return true;
      }
      default:
        return false;
    }
  }

  #pop(): PickleValue {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined;
    if (value === undefined) throw this.#wrong('a value on the stack');
    return value;
  }

  #top(): PickleValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  /** All above the last mark, which goes too. */
  #popToMark(): PickleValue[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.#wrong('a mark on the stack');
    return this.#stack.splice(height);
  }

  #atMost(count: number, most: number): number {
    if (count >= 0 && count <= most) return count;
    throw this.#wrong(`a length of at most ${most}, got ${count}`);
  }

  #wrong(expected: string): PickleError {
    return new PickleError(`byte ${this.#reader.position}: expected ${expected}`);
  }
}

function listOf(items: readonly PickleValue[]): PickleList {
  const list = new PickleList();
  for (const item of items) list.items.push(item);
  return list;
}

/** Little-endian, two's complement. */
function toInteger(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return narrow(BigInt.asIntN(Math.max(8 * bytes.length, 1), value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** As Python's raw-unicode-escape: only \u and \U mean something. */
function unescaped(text: string): string {
  return text.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
