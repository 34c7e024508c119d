/** A value in a safetensors header. Objects are maps, so that no key can mean anything to JavaScript. */
export type HeaderValue = string | number | null | readonly HeaderValue[] | ReadonlyMap<string, HeaderValue>;

/** The text is not the JSON that a header may hold; the message names the place, counted in UTF-16 units. */
export class HeaderJsonError extends Error {
  override readonly name = 'HeaderJsonError';
}

const MAX_DEPTH = 4;
const EXPECTED_VALUE = 'expected an object, a list, a string or a whole number';

/**
 * Parses the part of JSON which safetensors headers use: objects, lists, strings, whole numbers and null.
 * JSON.parse would do, were it not that it silently takes the last of two equal keys.
 *
 * @throws HeaderJsonError
 */
export function parseHeaderJson(text: string): HeaderValue {
  const parser = new HeaderJsonParser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class HeaderJsonParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): HeaderValue {
    if (depth > MAX_DEPTH) this.#fail('lists or objects nested too deep');
    switch (this.#peek()) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#list(depth);
      case '"':
        return this.#string();
      case 'n':
        return this.#null();
      default:
        return this.#wholeNumber();
    }
  }

  end(): void {
    if (this.#peek() !== '') this.#fail('more text after the end of the header');
  }

  #object(depth: number): ReadonlyMap<string, HeaderValue> {
    const entries = new Map<string, HeaderValue>();
    this.#take('{');
    if (this.#takeIf('}')) return entries;
    do {
      if (this.#peek() !== '"') this.#fail('expected a key');
      const key = this.#string();
      if (entries.has(key)) this.#fail(`duplicate key ${JSON.stringify(key)}`);
      this.#take(':');
      entries.set(key, this.value(depth + 1));
    } while (this.#takeIf(','));
    this.#take('}');
    return entries;
  }

  #list(depth: number): readonly HeaderValue[] {
    const items: HeaderValue[] = [];
    this.#take('[');
    if (this.#takeIf(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#takeIf(','));
    this.#take(']');
    return items;
  }

  #string(): string {
    const start = this.#position;
    let end = this.#text.indexOf('"', start + 1);
    while (end >= 0 && this.#isEscaped(end, start)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) this.#fail('broken string');
    this.#position = end + 1;
    try {
      // Escapes and forbidden characters are JSON.parse's to judge; a quoted piece has no keys to repeat.
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      this.#position = start;
      return this.#fail('broken string');
    }
  }

  #isEscaped(quote: number, start: number): boolean {
    let backslashes = 0;
    while (quote - 1 - backslashes > start && this.#text[quote - 1 - backslashes] === '\\') backslashes++;
    return backslashes % 2 === 1;
  }

  #null(): null {
    if (!this.#text.startsWith('null', this.#position)) this.#fail(EXPECTED_VALUE);
    this.#position += 4;
    return null;
  }

  #wholeNumber(): number {
    const pattern = /-?(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
    pattern.lastIndex = this.#position;
    const [digits] = pattern.exec(this.#text) ?? [];
    if (digits === undefined) return this.#fail(EXPECTED_VALUE);
    this.#position += digits.length;
    return Number(digits);
  }

  /** The next character that is no white space; '' at the end. */
  #peek(): string {
    while (' \n\r\t'.includes(this.#text[this.#position] ?? '?')) this.#position++;
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
    throw new HeaderJsonError(`at character ${this.#position}: ${problem}`);
  }
}
