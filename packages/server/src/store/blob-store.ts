import { createHash } from 'node:crypto';
import { withReason } from '@unclip-studio/graph-core';
import { sha256 as sha256Of } from '../common/sha256.js';
import { type ByteStore, type OpenedBytes, openedOver } from './bytes/byte-store.js';
import { createFolderBytes } from './bytes/folder-bytes.js';
import { StoreDamagedError } from './store-errors.js';

/**
 * Bytes named by their sha256, in hex, in a folder or in S3-compatible storage. A name leads to the complete bytes or
 * to nothing, even after a crash or power failure; only the hash ever becomes part of a path. Several processes, on
 * several machines, may use it.
 */
export interface BlobStore {
  /**
   * The bytes are safe when this resolves; storing them again changes nothing, except that it repairs damaged bytes.
   *
   * @returns their sha256 in hex
   * @throws StoreFullError, StoreUnavailableError
   */
  put(bytes: Uint8Array): Promise<string>;
  has(sha256: string): Promise<boolean>;
  /**
   * Compared with the name, which costs about 1.3 ms per megabyte.
   *
   * @returns `undefined` if there is no such blob
   * @throws StoreDamagedError if the bytes do not match the name; such a blob is removed
   */
  read(sha256: string): Promise<Uint8Array | undefined>;
  /** The same in pieces, for files of any size; compared with the name before this resolves. The caller closes it. */
  open(sha256: string): Promise<OpenedBytes | undefined>;
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

// Read once, and not a second time after it was verified.
const SMALL_BYTES = 2 ** 20;

export function blobStoreOver(bytes: ByteStore): BlobStore {
  async function damaged(sha256: string): Promise<StoreDamagedError> {
    // Moved aside, so that the same content can be stored again.
    await bytes.delete(sha256);
    return withReason(
      new StoreDamagedError(`The stored file ${sha256} was damaged in ${bytes.place}, and has been removed.`),
      { code: 'file-not-stored' },
    );
  }

  return {
    async put(content) {
      const sha256 = sha256Of(content);
      if (!(await bytes.renew(sha256, content))) await bytes.write(sha256, [content]);
      return sha256;
    },

    has: (sha256) => bytes.has(sha256),

    async read(sha256) {
      const content = await bytes.read(sha256);
      if (content !== undefined && sha256Of(content) !== sha256) throw await damaged(sha256);
      return content;
    },

    async open(sha256) {
      const opened = await bytes.open(sha256);
      if (opened === undefined) return undefined;
      try {
        const isSmall = opened.sizeBytes <= SMALL_BYTES;
        const pieces: Uint8Array[] = [];
        const hash = createHash('sha256');
        for await (const piece of opened.read()) {
          hash.update(piece);
          if (isSmall) pieces.push(piece);
        }
        if (hash.digest('hex') !== sha256) throw await damaged(sha256);
        if (!isSmall) return opened;
        await opened.close();
        return openedOver(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces));
      } catch (error) {
        await opened.close();
        throw error;
      }
    },

    delete: (sha256) => bytes.delete(sha256),
    removeTemporaryFiles: (beforeMs = Number.POSITIVE_INFINITY) => bytes.removeTemporary(beforeMs),
    olderThan: (timeMs) => bytes.olderThan(timeMs),
  };
}
