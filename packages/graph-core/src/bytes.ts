// Browsers and Node both have these; the library set of this package (plain ES2023) does not list them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
declare const TextDecoder: new (
  label: Encoding,
  options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
) => { decode(bytes: Uint8Array | Uint16Array): string };

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * A byte order mark is kept as U+FEFF, so that a strict reader can refuse it.
 *
 * @returns `null` if the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  return decodeStrictly(bytes, 'utf-8', { ignoreBOM: true });
}

/** @returns `null` if the bytes are not in this encoding; the caller says where they came from */
export function decodeStrictly(
  bytes: Uint8Array,
  encoding: Encoding,
  options: { readonly ignoreBOM?: boolean } = {},
): string | null {
  try {
    return new TextDecoder(encoding, { ...options, fatal: true }).decode(bytes);
  } catch {
    // The decoder throws for this one reason.
    return null;
  }
}

/** Bytes that are not UTF-8 become U+FFFD. */
export function decodeUtf8Loosely(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function decodeLatin1(bytes: Uint8Array): string {
  // The first 256 letters of UTF-16 are Latin-1, and its decoder is native.
  return new TextDecoder('utf-16le', {}).decode(new Uint16Array(bytes));
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
