import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, opendir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeDurably } from '../../common/durable-write.js';
import { StoreFullError } from '../store-errors.js';
import { type ByteStore, checkByteKey, isByteKey, type OpenedBytes } from './byte-store.js';

const TEMPORARY = 'temporary';

/**
 * Bytes as files, written to a temporary file, synced and renamed; also on a network file system that several machines
 * use.
 *
 * @param folder created when the first bytes are stored
 */
export function createFolderBytes(folder: string): ByteStore {
  const temporaryFolder = join(folder, TEMPORARY);
  const shardOf = (key: string) => join(folder, key.slice(0, 2));
  const pathOf = (key: string) => join(shardOf(checkByteKey(key)), key);

  async function openFile(key: string): Promise<{ file: FileHandle; sizeBytes: number } | undefined> {
    // A link in the place of a file is not ours, wherever it leads. Windows has no such flag, nor links without rights.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
    const file = await open(pathOf(key), flags).catch(ignoring('ENOENT', 'ELOOP'));
    if (file === undefined) return undefined;
    const found = await file.stat();
    if (found.isFile()) return { file, sizeBytes: found.size };
    await file.close();
    return undefined;
  }

  /** @param place puts the written file where it belongs */
  async function writeBeside(
    key: string,
    parts: readonly Uint8Array[],
    place: (temporary: string, path: string) => Promise<void>,
  ): Promise<void> {
    const path = pathOf(key);
    const temporary = join(temporaryFolder, randomUUID());
    try {
      await mkdir(temporaryFolder, { recursive: true });
      const madeShard = await mkdir(shardOf(key), { recursive: true });
      await writeDurably(temporary, { parts, mode: 0o600 });
      await place(temporary, path);
      // The name must survive a power cut as well as the bytes.
      await syncFolder(shardOf(key));
      if (madeShard !== undefined) await syncFolder(folder);
    } catch (error) {
      await unlink(temporary).catch(ignoring('ENOENT'));
      if (isFull(error)) {
        const neededBytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
        throw new StoreFullError('a file', neededBytes, { cause: error });
      }
      throw error;
    }
  }

  return {
    place: folder,

    write: (key, parts) => writeBeside(key, parts, rename),

    async writeNew(key, bytes) {
      try {
        await writeBeside(key, [bytes], async (temporary, path) => {
          // Unlike a rename, a link does not replace an existing file.
          await link(temporary, path);
          await unlink(temporary);
        });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    },

    async renew(key, bytes) {
      const found = await openFile(key);
      if (found === undefined) return false;
      try {
        const now = new Date();
        await found.file.utimes(now, now);
        // Callers rely on bytes they have stored: if they were damaged since, they are written again.
        return found.sizeBytes === bytes.byteLength && (await found.file.readFile()).equals(bytes);
      } finally {
        await found.file.close();
      }
    },

    async has(key) {
      const found = await openFile(key);
      await found?.file.close();
      return found !== undefined;
    },

    async read(key) {
      const found = await openFile(key);
      return found?.file.readFile().finally(() => found.file.close());
    },

    async open(key) {
      const found = await openFile(key);
      return found && openedFile(found.file, found.sizeBytes);
    },

    async delete(key) {
      await unlink(pathOf(key)).catch(ignoring('ENOENT'));
    },

    async removeTemporary(beforeMs) {
      for (const name of (await readdir(temporaryFolder).catch(ignoring('ENOENT'))) ?? []) {
        const path = join(temporaryFolder, name);
        const found = await stat(path).catch(ignoring('ENOENT'));
        if (found !== undefined && found.mtimeMs < beforeMs) await unlink(path).catch(ignoring('ENOENT'));
      }
    },

    async *olderThan(timeMs) {
      for (const shard of (await readdir(folder).catch(ignoring('ENOENT'))) ?? []) {
        if (!/^[0-9a-f]{2}$/.test(shard)) continue;
        for await (const entry of await opendir(join(folder, shard))) {
          if (!entry.isFile() || !isByteKey(entry.name)) continue;
          const found = await stat(pathOf(entry.name)).catch(ignoring('ENOENT'));
          if (found !== undefined && found.mtimeMs < timeMs) yield entry.name;
        }
      }
    },
  };
}

const PIECE_BYTES = 2 ** 18;

function openedFile(file: FileHandle, sizeBytes: number): OpenedBytes {
  return {
    sizeBytes,
    async *read(start = 0, end = sizeBytes - 1) {
      for (let at = start; at <= end; ) {
        const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end + 1 - at));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) throw new Error(`a stored file of ${sizeBytes} bytes was cut while it was read`);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    },
    close: () => file.close(),
  };
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
