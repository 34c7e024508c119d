// Browsers and Node both have these two; the library set of this package (plain ES2023) does not list them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: true; readonly ignoreBOM: true },
) => { decode(bytes: Uint8Array): string };

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * A byte order mark is kept as U+FEFF, so that a strict reader can refuse it.
 *
 * @returns `null` if the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The decoder throws for this one reason; the caller words it with the place the bytes came from.
    return null;
  }
}
