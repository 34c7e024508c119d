import { encodeUtf8 } from '@unclip-studio/graph-core';

const WIRE_VARINT = 0;
const WIRE_LENGTH_DELIMITED = 2;
const WIRE_FIXED32 = 5;

/**
 * Writes one protobuf message, field by field in the order of the calls, so equal calls give equal bytes.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoWriter {
  #bytes = new Uint8Array(128);
  #length = 0;

  /** int32, int64, enum or bool; a negative number takes ten bytes as the encoding demands. */
  int(field: number, value: number | bigint): this {
    this.#varint(field * 8 + WIRE_VARINT);
    return this.#varint(value);
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + WIRE_FIXED32);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + WIRE_LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(field: number, value: string): this {
    const before = this.#length;
    this.#varint(field * 8 + WIRE_LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#reserve(value.length);
    // Names of nodes and weights, of which a graph has thousands, are ASCII; without an array for each it takes half the time.
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        this.#length = before;
        return this.bytes(field, encodeUtf8(value));
      }
      this.#bytes[this.#length++] = code;
    }
    return this;
  }

  message(field: number, value: ProtoWriter): this {
    return this.bytes(field, value.finish());
  }

  /** What has been written so far; a view that the next write may change. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #varint(value: number | bigint): this {
    this.#reserve(10);
    if (Number.isInteger(value) && value >= 0 && value < 0x8000_0000) return this.#smallVarint(value as number);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  #smallVarint(value: number): this {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
