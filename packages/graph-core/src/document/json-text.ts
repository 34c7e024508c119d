import { MAX_JSON_DEPTH } from '../limits.js';
import { unreachable } from '../unreachable.js';
import { type Diagnostic, shortName } from './diagnostics.js';

/** What one reader of JSON takes, and the values it makes of it. */
export interface JsonDialect<Value> {
  /** Objects and lists inside one another. */
  readonly maxDepth: number;
  /** A key given twice in one object, however it is escaped: the last one counts, or the text is refused. */
  readonly duplicateKeys: 'last' | 'refused';
  /** The kinds of values that there are, for messages. */
  readonly expected: string;
  /** The value of a word or number, such as `true`, `-1.5` or `NaN`; `undefined` if it has none. */
  literal(token: string): Value | undefined;
  string(text: string): Value;
  list(items: readonly Value[]): Value;
  object(entries: ReadonlyMap<string, Value>): Value;
}

type JsonProblem =
  | { readonly code: 'invalid-json'; readonly reason: string }
  | { readonly code: 'too-deep'; readonly limit: number }
  | { readonly code: 'duplicate-key'; readonly key: string };

/** A text is not what its reader takes. */
export class JsonMistake extends Error {
  override readonly name = 'JsonMistake';
  readonly problem: JsonProblem;
  /** Counted in UTF-16 units, from 0. */
  readonly position: number;

  constructor(problem: JsonProblem, position: number) {
    super(describe(problem));
    this.problem = problem;
    this.position = position;
  }
}

/** A number in JSON; it may be larger than a double. */
export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/**
 * Reads a JSON text, each character once.
 *
 * @throws JsonMistake at the first mistake
 * @see RFC 8259
 */
export function readJsonText<Value>(text: string, dialect: JsonDialect<Value>): Value {
  return new JsonReader(text, dialect).read();
}

/**
 * Finds the first error in a JSON text, with its position: what `JSON.parse` rejects, and what it accepts but the rest
 * of the program must not get (deep nesting, duplicate keys in one object, and a number too large for a double).
 *
 * @returns `undefined` if `JSON.parse` reads the text without losing anything
 */
export function scanJson(text: string): Diagnostic | undefined {
  try {
    readJsonText(text, STRICT);
    return undefined;
  } catch (error) {
    if (error instanceof JsonMistake) return { ...error.problem, ...placeIn(text, error.position) };
    throw error;
  }
}

/** Line and column, both from 1, of a position in a text. */
export function placeIn(text: string, position: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < position; end = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return { line, column: position - lineStart + 1 };
}

const STRICT: JsonDialect<true> = {
  maxDepth: MAX_JSON_DEPTH,
  duplicateKeys: 'refused',
  expected: 'a value',
  literal(token) {
    if (!JSON_NUMBER.test(token)) return token === 'true' || token === 'false' || token === 'null' || undefined;
    return Number.isFinite(Number(token)) || undefined;
  },
  string: () => true,
  list: () => true,
  object: () => true,
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const TOKEN = /[-+.\w]+/y;

class JsonReader<Value> {
  readonly #text: string;
  readonly #dialect: JsonDialect<Value>;
  #at = 0;

  constructor(text: string, dialect: JsonDialect<Value>) {
    this.#text = text;
    this.#dialect = dialect;
  }

  read(): Value {
    const value = this.#value(0);
    if (this.#peek() !== '') this.#fail(`expected the end, got ${this.#shown()}`);
    return value;
  }

  #value(depth: number): Value {
    switch (this.#peek()) {
      case '{':
        return this.#dialect.object(this.#entries(this.#deeper(depth)));
      case '[':
        return this.#dialect.list(this.#items(this.#deeper(depth)));
      case '"':
        return this.#dialect.string(this.#string());
      default:
        return this.#literal();
    }
  }

  #deeper(depth: number): number {
    const limit = this.#dialect.maxDepth;
    if (depth >= limit) throw new JsonMistake({ code: 'too-deep', limit }, this.#at);
    this.#at++;
    return depth + 1;
  }

  #entries(depth: number): ReadonlyMap<string, Value> {
    const entries = new Map<string, Value>();
    if (this.#takeIf('}')) return entries;
    do {
      if (this.#peek() !== '"') this.#fail(`expected a key in double quotes, got ${this.#shown()}`);
      const start = this.#at;
      const key = this.#string();
      if (this.#dialect.duplicateKeys === 'refused' && entries.has(key)) {
        throw new JsonMistake({ code: 'duplicate-key', key: shortName(key) }, start);
      }
      if (!this.#takeIf(':')) this.#fail(`expected ":" after a key, got ${this.#shown()}`);
      entries.set(key, this.#value(depth));
    } while (this.#takeIf(','));
    if (!this.#takeIf('}')) this.#fail(`expected "," or "}", got ${this.#shown()}`);
    return entries;
  }

  #items(depth: number): readonly Value[] {
    const items: Value[] = [];
    if (this.#takeIf(']')) return items;
    do items.push(this.#value(depth));
    while (this.#takeIf(','));
    if (!this.#takeIf(']')) this.#fail(`expected "," or "]", got ${this.#shown()}`);
    return items;
  }

  /** @returns what the string says, without its quotes and escapes */
  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let isEscaped = false;
    for (this.#at++; ; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) {
        this.#at = start;
        this.#fail('the quotation mark is never closed');
      }
      if (code < 0x20) this.#fail('a text holds a line break or another control character; write it as an escape');
      if (code === BACKSLASH) {
        isEscaped = true;
        ESCAPE.lastIndex = this.#at;
        if (!ESCAPE.test(text)) this.#fail(`${JSON.stringify(text.slice(this.#at, this.#at + 2))} is no escape`);
        this.#at = ESCAPE.lastIndex - 1;
      }
    }
    this.#at++;
    return isEscaped ? (JSON.parse(text.slice(start, this.#at)) as string) : text.slice(start + 1, this.#at - 1);
  }

  #literal(): Value {
    TOKEN.lastIndex = this.#at;
    const [token = ''] = TOKEN.exec(this.#text) ?? [];
    const value = this.#dialect.literal(token);
    if (value === undefined) {
      const isTooLarge = JSON_NUMBER.test(token) && !Number.isFinite(Number(token));
      this.#fail(
        isTooLarge
          ? `the number ${this.#shown()} is too large`
          : `expected ${this.#dialect.expected}, got ${this.#shown()}`,
      );
    }
    this.#at += token.length;
    return value;
  }

  /** The next character that is not white space; '' at the end. */
  #peek(): string {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return text.charAt(this.#at);
      this.#at++;
    }
  }

  #takeIf(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  /** The text at this position, long enough to find it. */
  #shown(): string {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    if (rest === '') return 'the end of the text';
    if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) return 'a comment';
    const [word = rest.charAt(0)] = /^-?[\p{L}\p{N}_.+]+/u.exec(rest) ?? [];
    return JSON.stringify(word.length > 24 ? `${word.slice(0, 24)}…` : word);
  }

  #fail(reason: string): never {
    throw new JsonMistake({ code: 'invalid-json', reason }, this.#at);
  }
}

function describe(problem: JsonProblem): string {
  switch (problem.code) {
    case 'invalid-json':
      return problem.reason;
    case 'too-deep':
      return `expected at most ${problem.limit} objects and lists inside one another`;
    case 'duplicate-key':
      return `the key ${JSON.stringify(problem.key)} is given twice in one object`;
    default:
      return unreachable(problem);
  }
}
