import { decodeStrictly, type Encoding } from '../bytes.js';
import { MAX_FOREIGN_DIGITS, MAX_FOREIGN_JSON_DEPTH } from '../limits.js';
import { JSON_NUMBER, type JsonDialect, JsonMistake, placeIn, readJsonText } from './json-text.js';

/**
 * A text of another program is not JSON, not even in Python's variants; the message says where and what was expected.
 */
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

/**
 * Reads JSON that another program wrote. In addition to plain JSON it accepts what Python's `json` writes (NaN,
 * Infinity, -Infinity) and a byte order mark at the start. Our own files are read by `parseWorkflow`, which accepts
 * neither.
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
  try {
    return readJsonText(json, dialectOf(options));
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    const { line, column } = placeIn(json, error.position);
    throw new ForeignJsonError(`line ${line}, column ${column}: ${error.message}`);
  }
}

function dialectOf({
  wholeNumbers = 'rounded',
  nonFinite = 'kept',
  duplicateKeys = 'last',
}: ForeignJsonOptions): JsonDialect<unknown> {
  return {
    maxDepth: MAX_FOREIGN_JSON_DEPTH,
    duplicateKeys,
    expected: 'a value',
    literal(token) {
      if (Object.hasOwn(WORDS, token)) return WORDS[token];
      if (!NON_FINITE.test(token) && !JSON_NUMBER.test(token)) return undefined;
      const number = Number(token);
      if (wholeNumbers === 'exact' && !Number.isSafeInteger(number) && /^-?\d+$/.test(token)) {
        return token.length > MAX_FOREIGN_DIGITS ? undefined : BigInt(token);
      }
      return Number.isFinite(number) || nonFinite === 'kept' ? number : null;
    },
    string: (text) => text,
    list: (items) => items,
    // A key called __proto__ becomes a key like any other, as `JSON.parse` makes it.
    object: Object.fromEntries,
  };
}

const WORDS: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };
const NON_FINITE = /^(?:NaN|-?Infinity)$/;

/**
 * A text file of another program: UTF-8, or UTF-16 as Windows' editors and PowerShell write it, with or without a byte
 * order mark, which is taken off.
 *
 * @returns `null` if the bytes are neither
 * @see CPython 3.13, Lib/json/__init__.py, detect_encoding
 */
export function decodeForeignText(bytes: Uint8Array): string | null {
  return decodeStrictly(bytes, encodingOf(bytes));
}

/** A JSON text starts with two ASCII characters, of which UTF-16 has one byte zero each. */
function encodingOf([first = 1, second = 1]: Uint8Array): Encoding {
  if ((first === 0xff && second === 0xfe) || (isAscii(first) && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && isAscii(second))) return 'utf-16be';
  return 'utf-8';
}

function isAscii(byte: number): boolean {
  return byte > 0 && byte < 0x80;
}
