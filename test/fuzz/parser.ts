import type { Corpus } from './corpus.js';
import type { Random } from './random.js';

/** What reads something that came from outside. */
export interface Parser {
  readonly name: string;
  /** Makes an input out of real ones. */
  draw(random: Random, corpus: Corpus): Uint8Array | string;
  /**
   * Parses it.
   *
   * @returns a function for a user's next request, with its own budget
   * @throws errors for users; anything else is a finding
   */
  read(input: Uint8Array | string, random: Random): unknown;
}

/** A parser of texts. */
export function textParser(
  name: string,
  draw: (random: Random, corpus: Corpus) => string,
  read: (text: string, random: Random) => unknown,
): Parser {
  return { name, draw, read: (input, random) => read(String(input), random) };
}

/** A parser of bytes. */
export function byteParser(
  name: string,
  draw: (random: Random, corpus: Corpus) => Uint8Array,
  read: (bytes: Uint8Array<ArrayBuffer>, random: Random) => unknown,
): Parser {
  return { name, draw, read: (input, random) => read(new Uint8Array(Buffer.from(input)), random) };
}

/** What a parser promises besides its end. */
export function mustHold(claim: boolean, words: string): void {
  if (!claim) throw new Error(`Promise broken: ${words}`);
}
