import { createHmac, timingSafeEqual } from 'node:crypto';

/** A message as it is sent: JSON, and bytes that JSON would make long. */
export interface Message<Body> {
  readonly body: Body;
  readonly bytes?: Uint8Array;
}

/**
 * Signs messages, so that write access to Redis is not enough to make workers or the server do anything. The signature
 * covers where a message goes, so none can be passed off elsewhere.
 */
export interface Signer {
  /** @param to the channel or queue */
  sign(to: string, message: Message<unknown>): Buffer;
  /** @returns `undefined` unless it was signed with the same key for the same address */
  verify(to: string, signed: Uint8Array): Message<unknown> | undefined;
  /** The same as text, for BullMQ, which stores JSON. */
  signText(to: string, body: unknown): string;
  verifyText(to: string, signed: unknown): unknown;
}

const SIGNATURE_BYTES = 32;
const LENGTH_BYTES = 4;
// Raised when members of different versions would not understand each other.
const PROTOCOL = 'unclip-queue-2';

// [signature 32][length of the JSON 4, big-endian][JSON][bytes]
export function createSigner(key: string): Signer {
  const hmac = (to: string, content: Uint8Array) =>
    createHmac('sha256', key).update(`${PROTOCOL} ${to}\0`).update(content).digest();
  const signer: Signer = {
    sign(to, { body, bytes = new Uint8Array() }) {
      const json = Buffer.from(JSON.stringify(body));
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(json.byteLength);
      const content = Buffer.concat([length, json, bytes]);
      return Buffer.concat([hmac(to, content), content]);
    },
    verify(to, signed) {
      const all = Buffer.from(signed.buffer, signed.byteOffset, signed.byteLength);
      if (all.byteLength < SIGNATURE_BYTES + LENGTH_BYTES) return undefined;
      const content = all.subarray(SIGNATURE_BYTES);
      if (!timingSafeEqual(hmac(to, content), all.subarray(0, SIGNATURE_BYTES))) return undefined;
      const start = LENGTH_BYTES + content.readUInt32BE(0);
      // Written by `sign` of a program that knows the key.
      const body = JSON.parse(content.toString('utf8', LENGTH_BYTES, start)) as unknown;
      return { body, bytes: content.subarray(start) };
    },
    signText: (to, body) => signer.sign(to, { body }).toString('base64'),
    verifyText(to, signed) {
      return typeof signed === 'string' ? signer.verify(to, Buffer.from(signed, 'base64'))?.body : undefined;
    },
  };
  return signer;
}
