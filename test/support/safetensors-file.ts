export interface TensorBytes {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The tensors of a sound safetensors file, in the order of its header. */
export function readTensors(bytes: Buffer): Readonly<Record<string, TensorBytes>> {
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, dataStart)) as Record<
    string,
    { readonly dtype: string; readonly shape: readonly number[]; readonly data_offsets: readonly [number, number] }
  >;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  return Object.fromEntries(
    entries.map(([name, { dtype, shape, data_offsets: offsets }]) => {
      const [begin, end] = offsets;
      return [name, { dtype, shape, data: bytes.subarray(dataStart + begin, dataStart + end) }];
    }),
  );
}

/** Writes a safetensors file in memory. */
export function safetensorsFile(tensors: Readonly<Record<string, TensorBytes>>): Uint8Array {
  let begin = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const data_offsets = [begin, begin + data.length];
    begin += data.length;
    return [name, { dtype, shape, data_offsets }];
  });
  const data = Object.values(tensors).map((tensor) => tensor.data);
  return safetensorsFromHeader(JSON.stringify(Object.fromEntries(entries)), Buffer.concat(data));
}

/** A header text with its length word, and data after it. */
export function safetensorsFromHeader(header: string | Uint8Array, data: Uint8Array = new Uint8Array()): Uint8Array {
  const headerBytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerBytes.length));
  return new Uint8Array(Buffer.concat([length, headerBytes, data]));
}

/** Little-endian float32 bytes. */
export function float32Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}
