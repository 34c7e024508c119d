/**
 * Bytes by a key of 64 hexadecimal digits, in a folder or in S3-compatible storage. A key leads to the complete bytes
 * or to nothing, even if the writer crashes; the same key always means the same bytes, so writing twice is like writing
 * once, and any number of processes on any number of machines may do it.
 *
 * Everything throws {@link StoreUnavailableError} if the storage is not reachable or refuses, and `write` {@link
 * StoreFullError} if it has no space.
 */
export interface ByteStore {
  /** For people: where this is. */
  readonly place: string;
  /** The bytes are safe when this resolves. */
  write(key: string, parts: readonly Uint8Array[]): Promise<void>;
  /** @returns `false` if there is something under the key, which is left as it is */
  writeNew(key: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * Updates the age of stored bytes, so that no sweep removes them before they are listed.
   *
   * @returns `false` if they are missing, have changed, or if checking costs as much as writing them again
   */
  renew(key: string, bytes: Uint8Array): Promise<boolean>;
  has(key: string): Promise<boolean>;
  read(key: string): Promise<Uint8Array | undefined>;
  /** The same in pieces, if the storage supports it; the caller closes it. */
  open(key: string): Promise<OpenedBytes | undefined>;
  delete(key: string): Promise<void>;
  /** Removes incomplete files left before a time by a killed process. */
  removeTemporary(beforeMs: number): Promise<void>;
  /** All keys that were written before a time, in milliseconds since 1970. */
  olderThan(timeMs: number): AsyncIterable<string>;
}

export interface OpenBytesOptions {
  /** How long a write is tried while the storage cannot be reached; somebody may be waiting. */
  readonly patienceMs: number;
}

/** Stored bytes that are read bit by bit, so that a large file is never in memory as a whole. */
export interface OpenedBytes {
  readonly sizeBytes: number;
  /** From `start` to `end`, both included; all of it when left out. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Bytes in memory, or in a file. */
export function openedOver(bytes: Uint8Array): OpenedBytes {
  return {
    sizeBytes: bytes.byteLength,
    async *read(start = 0, end = bytes.byteLength - 1) {
      yield bytes.subarray(start, end + 1);
    },
    close: async () => {},
  };
}

const KEY = /^[0-9a-f]{64}$/;

export function isByteKey(text: string): boolean {
  return KEY.test(text);
}

/** @throws Error on anything that is not a hash, so that no other text can become a path */
export function checkByteKey(key: string): string {
  if (!KEY.test(key)) throw new Error('Internal error: bytes are named by 64 hexadecimal digits');
  return key;
}
