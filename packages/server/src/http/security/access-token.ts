import { createHash, timingSafeEqual } from 'node:crypto';

/** Characters; 256 bits in base64url take 43. */
export const MIN_TOKEN_LENGTH = 32;

/** Decides who may use the API. The token itself never leaves this object but by `signInUrl`. */
export interface AccessToken {
  /** Whether `text`, taken from a request, is the token. */
  matches(text: string): boolean;
  /**
   * The address to click; a fragment is not sent over the network and not kept in server logs.
   *
   * @param page the address of the editor, such as `http://127.0.0.1:8420/`
   */
  signInUrl(page: string): string;
}

export function createAccessToken(token: string): AccessToken {
  return {
    matches: (text) => isSame(text, token),
    signInUrl: (page) => `${page}#t=${token}`,
  };
}

/** Hashes have the same length, so that the comparison's time reveals nothing about the text. */
export function isSame(left: string, right: string): boolean {
  return timingSafeEqual(sha256(left), sha256(right));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
