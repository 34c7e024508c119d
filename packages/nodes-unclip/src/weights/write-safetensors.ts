import type { Tensor } from '../tensor/tensor.js';

/** A file with one float32 tensor, as `safetensors` 0.6 writes it: the header's length, the header padded to 8 bytes, the numbers. */
export function safetensorsOf(
  name: string,
  { dims, data }: Tensor,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entry = { dtype: 'F32', shape: dims, data_offsets: [0, data.byteLength] };
  const json = asciiBytes(JSON.stringify({ __metadata__: { format: 'pt', ...metadata }, [name]: entry }));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + data.byteLength).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + padded);
  return bytes;
}

/** A text of JSON, whose other characters are escaped. */
function asciiBytes(json: string): Uint8Array {
  const escaped = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}
