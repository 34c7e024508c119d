import { createHmac, timingSafeEqual } from 'node:crypto';

/** A message as it crosses: JSON, and bytes that JSON would make long. */
export interface Sealed<Body> {
  readonly body: Body;
  readonly bytes?: Uint8Array;
}

/**
 * Signs messages, so that whoever can write to Redis can make neither workers nor server do anything. The signature
 * covers where a message goes, so none can be passed off elsewhere.
 */
export interface Seal {
  /** @param to the channel or queue */
  close(to: string, message: Sealed<unknown>): Buffer;
  /** @returns `undefined` unless somebody who knows the key has closed it for this place */
  open(to: string, sealed: Uint8Array): Sealed<unknown> | undefined;
}

const SIGNATURE_BYTES = 32;
const LENGTH_BYTES = 4;

// [signature 32][length of the JSON 4, big-endian][JSON][bytes]
export function createSeal(key: string): Seal {
  const sign = (to: string, content: Uint8Array) =>
    createHmac('sha256', key).update(`unclip-queue-1 ${to}\0`).update(content).digest();
  return {
    close(to, { body, bytes = new Uint8Array() }) {
      const json = Buffer.from(JSON.stringify(body));
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(json.byteLength);
      const content = Buffer.concat([length, json, bytes]);
      return Buffer.concat([sign(to, content), content]);
    },
    open(to, sealed) {
      const all = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      if (all.byteLength < SIGNATURE_BYTES + LENGTH_BYTES) return undefined;
      const content = all.subarray(SIGNATURE_BYTES);
      if (!timingSafeEqual(sign(to, content), all.subarray(0, SIGNATURE_BYTES))) return undefined;
      const start = LENGTH_BYTES + content.readUInt32BE(0);
      // Written by `close` of a program that knows the key.
      const body = JSON.parse(content.toString('utf8', LENGTH_BYTES, start)) as unknown;
      return { body, bytes: content.subarray(start) };
    },
  };
}
