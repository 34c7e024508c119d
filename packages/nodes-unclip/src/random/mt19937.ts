const SIZE = 624;
const SHIFT = 397;

/**
 * The Mersenne Twister as torch runs it: `init_genrand` with a 32-bit seed, standard tempering.
 *
 * @see Matsumoto and Nishimura 1998, mt19937ar.c; pytorch v2.13.0, aten/src/ATen/core/MT19937RNGEngine.h
 */
export class Mt19937 {
  readonly #words: Uint32Array;
  #position: number;

  private constructor(words: Uint32Array, position: number) {
    this.#words = words;
    this.#position = position;
  }

  /** @param seed 0..2^32-1 */
  static fromSeed(seed: number): Mt19937 {
    const words = new Uint32Array(SIZE);
    let word = seed >>> 0;
    words[0] = word;
    for (let i = 1; i < SIZE; i++) {
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i) >>> 0;
      words[i] = word;
    }
    return new Mt19937(words, SIZE);
  }

  /** Continues from a `snapshot`. */
  static fromSnapshot({ words, position }: Mt19937Snapshot): Mt19937 {
    return new Mt19937(Uint32Array.from(words), position);
  }

  snapshot(): Mt19937Snapshot {
    return { words: Object.freeze(Array.from(this.#words)), position: this.#position };
  }

  /** The next word, 0..2^32-1. */
  next(): number {
    if (this.#position === SIZE) this.#regenerate();
    // `#position` is below SIZE here.
    let y = this.#words[this.#position++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #regenerate(): void {
    const words = this.#words;
    for (let k = 0; k < SIZE; k++) {
      // All three indices are taken modulo SIZE.
      const current = words[k] as number;
      const following = words[k + 1 === SIZE ? 0 : k + 1] as number;
      const shifted = words[k + SHIFT < SIZE ? k + SHIFT : k + SHIFT - SIZE] as number;
      const y = (current & 0x80000000) | (following & 0x7fffffff);
      words[k] = shifted ^ (y >>> 1) ^ (following & 1 ? 0x9908b0df : 0);
    }
    this.#position = 0;
  }
}

/** The state of the engine: plain data, never changed. */
export interface Mt19937Snapshot {
  readonly words: readonly number[];
  readonly position: number;
}
