import { placeIn } from './json-scan.js';

/** A text of another program is not JSON, also not as Python writes it; the message says where and what was expected. */
export class ForeignJsonError extends SyntaxError {
  override readonly name = 'ForeignJsonError';
}

export interface ForeignJsonOptions {
  /** Whole numbers beyond 2^53: rounded to a double as `JSON.parse` does, or kept as BigInt. Rounded when left out. */
  readonly wholeNumbers?: 'rounded' | 'exact';
  /** NaN, Infinity and -Infinity: kept as numbers, or read as null. Kept when left out. */
  readonly nonFinite?: 'kept' | 'null';
  /** A key given twice in one object: the last one counts, as in Python, or the text is refused. */
  readonly duplicateKeys?: 'last' | 'refused';
}

/** Objects and lists inside one another. */
const MAX_DEPTH = 256;
/** Digits of a whole number; Python reads no more either, since that takes longer than linear time. */
const MAX_DIGITS = 4300;

/**
 * Reads JSON that another program wrote. Beside plain JSON it takes what Python's `json` writes (NaN, Infinity,
 * -Infinity) and a byte order mark at the start. Our own files are read by `parseWorkflow`, which takes neither.
 *
 * @throws ForeignJsonError
 * @see CPython 3.13, Lib/json/decoder.py and scanner.py
 */
export function parseForeignJson(text: string, options: ForeignJsonOptions = {}): unknown {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const isPlain = Object.keys(options).length === 0;
  // A tokenizer's vocabulary has megabytes, which the engine's own parser reads ten times as fast.
  if (isPlain) {
    try {
      return JSON.parse(json);
    } catch {
      // Read again below, which takes more, and says where a mistake is.
    }
  }
  return new Parser(json, options).parse();
}

class Parser {
  readonly #text: string;
  readonly #options: ForeignJsonOptions;
  #position = 0;

  constructor(text: string, options: ForeignJsonOptions) {
    this.#text = text;
    this.#options = options;
  }

  parse(): unknown {
    const value = this.#value(0);
    if (this.#peek() !== '') this.#fail('expected the end of the text');
    return value;
  }

  #value(depth: number): unknown {
    if (depth > MAX_DEPTH) this.#fail(`expected at most ${MAX_DEPTH} objects and lists inside one another`);
    switch (this.#peek()) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      default:
        return this.#literal();
    }
  }

  #object(depth: number): Readonly<Record<string, unknown>> {
    const object: Record<string, unknown> = {};
    this.#position++;
    if (this.#takeIf('}')) return object;
    do {
      if (this.#peek() !== '"') this.#fail('expected a key in double quotes');
      const start = this.#position;
      const key = this.#string();
      if (this.#options.duplicateKeys === 'refused' && Object.hasOwn(object, key)) {
        this.#position = start;
        this.#fail(`the key ${shorten(JSON.stringify(key))} stands twice in one object`);
      }
      this.#take(':');
      const value = this.#value(depth + 1);
      // As `JSON.parse` does: an own key, and never the prototype.
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      } else object[key] = value;
    } while (this.#takeIf(','));
    this.#take('}');
    return object;
  }

  #list(depth: number): readonly unknown[] {
    const items: unknown[] = [];
    this.#position++;
    if (this.#takeIf(']')) return items;
    do items.push(this.#value(depth + 1));
    while (this.#takeIf(','));
    this.#take(']');
    return items;
  }

  #string(): string {
    const start = this.#position;
    let end = this.#text.indexOf('"', start + 1);
    while (end >= 0 && this.#isEscaped(end, start)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) this.#fail('this string does not end');
    try {
      const string = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#position = end + 1;
      return string;
    } catch {
      return this.#fail('this string holds a control character or a broken escape');
    }
  }

  #isEscaped(quote: number, start: number): boolean {
    let backslashes = 0;
    while (quote - 1 - backslashes > start && this.#text[quote - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  #literal(): unknown {
    TOKEN.lastIndex = this.#position;
    const [token = ''] = TOKEN.exec(this.#text) ?? [];
    const value = this.#valueOf(token);
    if (value === undefined) this.#fail('expected a value');
    this.#position += token.length;
    return value;
  }

  #valueOf(token: string): unknown {
    switch (token) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      case 'NaN':
      case 'Infinity':
      case '-Infinity':
        return this.#finite(Number(token));
      default:
        return NUMBER.test(token) ? this.#number(token) : undefined;
    }
  }

  #number(token: string): unknown {
    const number = Number(token);
    const isWhole = /^-?\d+$/.test(token);
    if (!isWhole || this.#options.wholeNumbers !== 'exact' || Number.isSafeInteger(number)) return this.#finite(number);
    if (token.length > MAX_DIGITS) {
      this.#fail(`expected a whole number of at most ${MAX_DIGITS} digits, got ${token.length}`);
    }
    return BigInt(token);
  }

  #finite(number: number): number | null {
    return Number.isFinite(number) || this.#options.nonFinite !== 'null' ? number : null;
  }

  /** The next character that is no white space; '' at the end. */
  #peek(): string {
    SPACE.lastIndex = this.#position;
    this.#position += SPACE.exec(this.#text)?.[0].length ?? 0;
    return this.#text[this.#position] ?? '';
  }

  #takeIf(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position++;
    return true;
  }

  #take(character: string): void {
    if (!this.#takeIf(character)) this.#fail(`expected "${character}"`);
  }

  #fail(problem: string): never {
    const { line, column } = placeIn(this.#text, this.#position);
    throw new ForeignJsonError(`line ${line}, column ${column}: ${problem}`);
  }
}

const SPACE = /[ \n\r\t]*/y;
const TOKEN = /[-+.\w]+/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}..."`;
}

// Browsers and Node both have it; the library set of this package (plain ES2023) does not list it.
declare const TextDecoder: new (
  label: 'utf-8' | 'utf-16le' | 'utf-16be',
  options: { readonly fatal: true },
) => { decode(bytes: Uint8Array): string };

/**
 * A text file of another program: UTF-8, or UTF-16 as Windows' editors and PowerShell write it, with or without a byte
 * order mark, which is taken off.
 *
 * @returns `null` if the bytes are neither
 * @see CPython 3.13, Lib/json/__init__.py, detect_encoding
 */
export function decodeForeignText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    // The decoder throws for this one reason; the caller names the file.
    return null;
  }
}

/** A JSON text starts with two ASCII characters, of which UTF-16 has one byte zero each. */
function encodingOf([first = 1, second = 1]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((first === 0xff && second === 0xfe) || (isAscii(first) && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && isAscii(second))) return 'utf-16be';
  return 'utf-8';
}

function isAscii(byte: number): boolean {
  return byte > 0 && byte < 0x80;
}
