import { createHash } from 'node:crypto';
import type { ByteStore } from './bytes/byte-store.js';
import { createFolderBytes } from './bytes/folder-bytes.js';
import { StoreDamagedError } from './store-errors.js';

/**
 * Bytes named by their sha256, in hex, in a folder or in S3-compatible storage. A name leads to the whole bytes or to
 * nothing, whatever the process or the power does; nothing but the hash ever becomes part of a path. Several processes, on
 * several machines, may use one.
 */
export interface BlobStore {
  /**
   * The bytes are safe when this resolves; storing them twice is storing them once, and mends what was damaged.
   *
   * @returns their sha256 in hex
   * @throws StoreFullError, StoreUnavailableError
   */
  put(bytes: Uint8Array): Promise<string>;
  has(sha256: string): Promise<boolean>;
  /**
   * Compared with the name, which costs about 1.3 ms a megabyte.
   *
   * @returns `undefined` if there is no such blob
   * @throws StoreDamagedError if the bytes are not what the name says; such a blob is removed
   */
  read(sha256: string): Promise<Uint8Array | undefined>;
  delete(sha256: string): Promise<void>;
  /** Removes what a process that was killed left half written before a time; all of it if that is left out. */
  removeTemporaryFiles(beforeMs?: number): Promise<void>;
  /** Every blob older than a time; others may be about to be listed somewhere. */
  olderThan(timeMs: number): AsyncIterable<string>;
}

/** @param folder made when the first blob is stored */
export function createBlobStore(folder: string): BlobStore {
  return blobStoreOver(createFolderBytes(folder));
}

export function blobStoreOver(bytes: ByteStore): BlobStore {
  return {
    async put(content) {
      const sha256 = digestOf(content);
      if (!(await bytes.renew(sha256, content))) await bytes.write(sha256, [content]);
      return sha256;
    },

    has: (sha256) => bytes.has(sha256),

    async read(sha256) {
      const content = await bytes.read(sha256);
      if (content !== undefined && digestOf(content) !== sha256) {
        // Out of the way, so that the same content can be stored anew.
        await bytes.delete(sha256);
        throw new StoreDamagedError(`The stored file ${sha256} was damaged in ${bytes.place}, and has been removed.`);
      }
      return content;
    },

    delete: (sha256) => bytes.delete(sha256),
    removeTemporaryFiles: (beforeMs = Number.POSITIVE_INFINITY) => bytes.removeTemporary(beforeMs),
    olderThan: (timeMs) => bytes.olderThan(timeMs),
  };
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
