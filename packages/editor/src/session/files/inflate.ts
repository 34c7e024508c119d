import { concatBytes } from '@unclip-studio/graph-core';
import { texts } from '../../messages/texts.js';

/** The decompressed data exceeds the limit. */
export class InflatedTooLarge extends Error {
  override readonly name = 'InflatedTooLarge';
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(texts.files.unpacksTooLarge(limitBytes));
    this.limitBytes = limitBytes;
  }
}

/**
 * Unpacks bytes, and stops as soon as they are too many.
 *
 * @throws InflatedTooLarge, TypeError if they are not packed that way
 */
export async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  { format, maxBytes }: { readonly format: CompressionFormat; readonly maxBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    sizeBytes += read.value.length;
    if (sizeBytes > maxBytes) {
      await reader.cancel();
      throw new InflatedTooLarge(maxBytes);
    }
    parts.push(read.value);
  }
  return concatBytes(parts);
}
