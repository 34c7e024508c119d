import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, mkdir, open, opendir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreDamagedError, StoreFullError } from './store-errors.js';

export interface ReadBlob {
  /** Compares the bytes with the name; costs about 1.3 ms a megabyte. */
  readonly verify?: boolean;
}

/**
 * Files named by the sha256 of what is in them, in hex. A name leads to the whole bytes or to nothing, whatever the
 * process or the power does; nothing but the hash ever becomes part of a path. Several processes may use one folder.
 */
export interface BlobStore {
  /**
   * The bytes are on the disk when this resolves; storing them twice is storing them once.
   *
   * @returns their sha256 in hex
   * @throws StoreFullError
   */
  put(bytes: Uint8Array): Promise<string>;
  has(sha256: string): Promise<boolean>;
  /**
   * @returns `undefined` if there is no such blob
   * @throws StoreDamagedError if they were to be verified and are not what the name says; such a blob is removed
   */
  read(sha256: string, options?: ReadBlob): Promise<Uint8Array | undefined>;
  /**
   * Opens a blob for streaming; the caller closes it.
   *
   * @returns `undefined` if there is no such blob
   */
  open(sha256: string): Promise<{ readonly file: FileHandle; readonly sizeBytes: number } | undefined>;
  delete(sha256: string): Promise<void>;
  /** Removes what a process that was killed left half written. Only while no other process writes. */
  removeTemporaryFiles(): Promise<void>;
  /** Every blob older than a time; others may be about to be listed somewhere. */
  olderThan(timeMs: number): AsyncIterable<string>;
}

const SHA256 = /^[0-9a-f]{64}$/;
const TEMPORARY = 'temporary';

/** @param folder made when the first blob is stored */
export function createBlobStore(folder: string): BlobStore {
  const temporaryFolder = join(folder, TEMPORARY);
  const shardOf = (sha256: string) => join(folder, sha256.slice(0, 2));

  /** @throws Error on anything that is not a hash, so that no other text can become a path */
  function pathOf(sha256: string): string {
    if (!SHA256.test(sha256)) throw new Error('Internal error: a blob is named by 64 hexadecimal digits');
    return join(shardOf(sha256), sha256);
  }

  async function openBlob(sha256: string): Promise<{ file: FileHandle; sizeBytes: number } | undefined> {
    // A link in the place of a blob is not ours, wherever it leads. Windows has no such flag, nor links without rights.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const file = await open(pathOf(sha256), flags).catch(ignoring('ENOENT', 'ELOOP'));
    if (file === undefined) return undefined;
    const found: Stats = await file.stat();
    if (found.isFile()) return { file, sizeBytes: found.size };
    await file.close();
    return undefined;
  }

  /** Makes a blob that is there already a young one again, so that no sweep takes it before it is listed. */
  async function renew(sha256: string, sizeBytes: number): Promise<boolean> {
    const blob = await openBlob(sha256);
    if (blob === undefined) return false;
    try {
      const now = new Date();
      await blob.file.utimes(now, now);
      return blob.sizeBytes === sizeBytes;
    } finally {
      await blob.file.close();
    }
  }

  const store: BlobStore = {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const path = pathOf(sha256);
      if (await renew(sha256, bytes.byteLength)) return sha256;
      const temporary = join(temporaryFolder, randomUUID());
      try {
        await mkdir(temporaryFolder, { recursive: true });
        const madeShard = await mkdir(shardOf(sha256), { recursive: true });
        await writeDurably(temporary, bytes);
        await rename(temporary, path);
        // The name must survive a power cut as well as the bytes.
        await syncFolder(shardOf(sha256));
        if (madeShard !== undefined) await syncFolder(folder);
      } catch (error) {
        await unlink(temporary).catch(ignoring('ENOENT'));
        if (isFull(error)) throw new StoreFullError('a file', bytes.byteLength, { cause: error });
        throw error;
      }
      return sha256;
    },

    async has(sha256) {
      const blob = await openBlob(sha256);
      await blob?.file.close();
      return blob !== undefined;
    },

    async read(sha256, { verify = false } = {}) {
      const blob = await openBlob(sha256);
      if (blob === undefined) return undefined;
      const bytes = await blob.file.readFile().finally(() => blob.file.close());
      if (verify && createHash('sha256').update(bytes).digest('hex') !== sha256) {
        // Out of the way, so that the same content can be stored anew.
        await store.delete(sha256);
        throw new StoreDamagedError(`The stored file ${sha256} was damaged on the disk and has been dropped.`);
      }
      return bytes;
    },

    open: openBlob,

    async delete(sha256) {
      await unlink(pathOf(sha256)).catch(ignoring('ENOENT'));
    },

    async removeTemporaryFiles() {
      const left = (await readdir(temporaryFolder).catch(ignoring('ENOENT'))) ?? [];
      for (const name of left) await unlink(join(temporaryFolder, name));
    },

    async *olderThan(timeMs) {
      for (const shard of (await readdir(folder).catch(ignoring('ENOENT'))) ?? []) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue;
        for await (const entry of await opendir(join(folder, shard))) {
          if (!entry.isFile() || !SHA256.test(entry.name)) continue;
          const found = await stat(pathOf(entry.name)).catch(ignoring('ENOENT'));
          if (found !== undefined && found.mtimeMs < timeMs) yield entry.name;
        }
      }
    },
  };
  return store;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  // "wx" neither overwrites a file nor follows a link.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder as a file; NTFS logs the rename by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, constants.O_RDONLY);
  await folder.sync().finally(() => folder.close());
}

/** For `catch`: these errors mean that there is nothing there. */
function ignoring(...codes: readonly string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
    return undefined;
  };
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
