import { MAX_JSON_DEPTH } from '../limits.js';
import { type Diagnostic, shortName } from './diagnostics.js';

/**
 * Finds the first mistake in a JSON text, where it is: what `JSON.parse` refuses, and what it accepts and the rest of the
 * program must not meet (deep nesting, a key given twice in one object, however it is escaped, and a number too large for
 * a double). Reads each character once.
 *
 * @returns `undefined` if `JSON.parse` reads the text and nothing of it is lost
 * @see RFC 8259
 */
export function scanJson(text: string): Diagnostic | undefined {
  try {
    new JsonScanner(text).scan();
    return undefined;
  } catch (error) {
    if (error instanceof JsonMistake) return error.diagnostic;
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

/** Leaves the scanner from any depth; never leaves this file. */
class JsonMistake {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    this.diagnostic = diagnostic;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?([eE][+-]?\d+)?/y;
// The largest double has 309 digits.
const FINITE_LENGTH = 300;

class JsonScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#value(0);
    if (this.#peek() !== '') this.#fail(`expected the end, got ${this.#shown()}`);
  }

  #value(depth: number): void {
    const first = this.#peek();
    if (first === '{') this.#object(this.#deeper(depth));
    else if (first === '[') this.#list(this.#deeper(depth));
    else if (first === '"') this.#string();
    else if (first === 't') this.#word('true');
    else if (first === 'f') this.#word('false');
    else if (first === 'n') this.#word('null');
    else this.#number();
  }

  #deeper(depth: number): number {
    if (depth < MAX_JSON_DEPTH) return depth + 1;
    throw new JsonMistake({ code: 'too-deep', limit: MAX_JSON_DEPTH, ...placeIn(this.#text, this.#at) });
  }

  #object(depth: number): void {
    const keys = new Set<string>();
    this.#at++;
    if (this.#takeIf('}')) return;
    do {
      if (this.#peek() !== '"') this.#fail(`expected a key in double quotes, got ${this.#shown()}`);
      const start = this.#at;
      const key = this.#string();
      if (keys.has(key))
        throw new JsonMistake({ code: 'duplicate-key', key: shortName(key), ...placeIn(this.#text, start) });
      keys.add(key);
      if (!this.#takeIf(':')) this.#fail(`expected ":" after a key, got ${this.#shown()}`);
      this.#value(depth);
    } while (this.#takeIf(','));
    if (!this.#takeIf('}')) this.#fail(`expected "," or "}", got ${this.#shown()}`);
  }

  #list(depth: number): void {
    this.#at++;
    if (this.#takeIf(']')) return;
    do this.#value(depth);
    while (this.#takeIf(','));
    if (!this.#takeIf(']')) this.#fail(`expected "," or "]", got ${this.#shown()}`);
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

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at) || /\w/.test(this.#text[this.#at + word.length] ?? '')) {
      this.#fail(`expected a value, got ${this.#shown()}`);
    }
    this.#at += word.length;
  }

  #number(): void {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    const [digits, exponent] = match ?? this.#fail(`expected a value, got ${this.#shown()}`);
    const end = this.#at + digits.length;
    if (/[\w.]/.test(this.#text[end] ?? '')) this.#fail(`expected a number, got ${this.#shown()}`);
    const mayOverflow = digits.length > FINITE_LENGTH || exponent !== undefined;
    if (mayOverflow && !Number.isFinite(Number(digits))) this.#fail(`the number ${this.#shown()} is too large`);
    this.#at = end;
  }

  /** The next character that is no white space; '' at the end. */
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

  /** What stands here, as much as a person needs to find it. */
  #shown(): string {
    const rest = this.#text.slice(this.#at, this.#at + 40);
    if (rest === '') return 'the end of the text';
    if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#')) return 'a comment';
    const [word = rest.charAt(0)] = /^-?[\p{L}\p{N}_.+]+/u.exec(rest) ?? [];
    return JSON.stringify(word.length > 24 ? `${word.slice(0, 24)}…` : word);
  }

  #fail(reason: string): never {
    throw new JsonMistake({ code: 'invalid-json', reason, ...placeIn(this.#text, this.#at) });
  }
}
