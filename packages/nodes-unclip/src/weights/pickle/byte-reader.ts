import { decodeUtf8 } from '@unclip-studio/graph-core';
import { PickleError } from './pickle-values.js';

/** The bytes that were read end before the pickle does; more of the file has to be read. */
export class NeedsMoreBytes extends Error {
  override readonly name = 'NeedsMoreBytes';
}

/** Reads values one after the other out of the beginning of what may be longer. */
export class ByteReader {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** How many bytes there are in all. */
  readonly #available: number;

  constructor(bytes: Uint8Array, available: number) {
    this.#bytes = bytes;
    this.#available = available;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @returns the place of as many bytes, which are skipped */
  #take(count: number): number {
    const from = this.position;
    if (from + count > this.#available) {
      throw new PickleError(`byte ${from} promises ${count} bytes more than the file has`);
    }
    if (from + count > this.#bytes.length) throw new NeedsMoreBytes();
    this.position = from + count;
    return from;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A length; one beyond 2^53 is taken for the largest number, which no file has. */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  float64BigEndian(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  bytes(count: number): Uint8Array {
    const from = this.#take(count);
    return this.#bytes.subarray(from, from + count);
  }

  text(count: number): string {
    const text = decodeUtf8(this.bytes(count));
    if (text === null) throw new PickleError(`byte ${this.position - count}: expected text in UTF-8, got other bytes`);
    return text;
  }

  /** One character a byte. */
  latin1(count: number): string {
    return latin1Of(this.bytes(count));
  }

  /** Up to a line feed, which is not part of it. @param most bytes that it may have */
  line(most: number): string {
    const from = this.position;
    const end = this.#bytes.indexOf(10, from);
    if (end < 0 || end - from > most) {
      if (end < 0 && this.#bytes.length < this.#available && this.#bytes.length - from <= most)
        throw new NeedsMoreBytes();
      throw new PickleError(`byte ${from}: expected a line of at most ${most} bytes`);
    }
    this.position = end + 1;
    return latin1Of(this.#bytes.subarray(from, end));
  }
}

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
