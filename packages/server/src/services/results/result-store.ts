import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, type Stats, statfsSync, statSync } from 'node:fs';
import { readFile, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResultStoreCounts } from '@unclip-studio/protocol';
import { syncFolderSync, writeDurablySync } from '../../common/durable-write.js';

export interface ResultStoreOptions {
  /** Made when the first result is written. Several processes may use it at once. */
  readonly folder: string;
  /** Of all files together; the least recently used go first. */
  readonly maxBytes: number;
  /**
   * Free disk space reserved for images and other data more valuable than a result; 200 MB if left out, 0 to use all of
   * it.
   */
  readonly minFreeBytes?: number;
  /** After a write that failed nothing more is tried for so long; a minute if left out. */
  readonly pauseMs?: number;
}

/**
 * Files on disk named by their content: a key is 64 hexadecimal digits made from everything that determines the
 * content. Losing any of them costs only time, so nothing here ever fails a run: a store that cannot write is disabled,
 * and tried again after a while.
 */
export interface ResultStore {
  /** Whether there is such a file; it may still turn out to be damaged. */
  has(key: string): boolean;
  /** Finds out which of these are only in slow storage, so that `has` knows; left out: none are. */
  readonly lookUp?: (keys: readonly string[]) => Promise<void>;
  /** Verified. `undefined`: not there, or damaged. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Writes behind the caller's back; `parts` is called when its turn comes, and may then find nothing to write. */
  write(key: string, parts: () => readonly Uint8Array[] | undefined): void;
  /** Removes an unusable entry, so that it can be written again. */
  drop(key: string): Promise<void>;
  /** Resolves when everything passed to `write` is on disk or was given up. */
  flush(): Promise<void>;
  counts(): ResultStoreCounts;
}

const KEY = /^[0-9a-f]{64}$/;
/** At the beginning of every result that is kept. */
export const DIGEST_BYTES = 32;
const MIN_FREE_BYTES = 200e6;
const PAUSE_MS = 60_000;
const TEMPORARY = 'temporary';
// A process that is still writing its file needs a moment, not this long.
const ABANDONED_MS = 3_600_000;
// Room is made for more than the one file, so that not every write has to look through the folder.
const KEPT_SHARE = 0.9;

export function createResultStore(options: ResultStoreOptions): ResultStore {
  const { folder, maxBytes, minFreeBytes = MIN_FREE_BYTES, pauseMs = PAUSE_MS } = options;
  const counts = { read: 0, written: 0, damaged: 0, dropped: 0 };
  let problem: { readonly words: string; readonly sinceMs: number } | undefined;
  let queue: Promise<void> = Promise.resolve();
  /** `undefined` until the folder has been looked through. */
  let totalBytes: number | undefined;

  const shardOf = (key: string) => join(folder, key.slice(0, 2));
  function pathOf(key: string): string {
    if (!KEY.test(key)) throw new Error('Internal error: a result is named by 64 hexadecimal digits');
    return join(shardOf(key), key);
  }

  const isPausing = () => problem !== undefined && performance.now() - problem.sinceMs < pauseMs;

  // At once and not piece by piece: inference holds the thread for most of the time, and a write that must wait for ten
  // turns of the event loop would be done ten sampling steps later, and lost to a crash before.
  function writeFile(key: string, parts: readonly Uint8Array[]): void {
    const sizeBytes = parts.reduce((sum, part) => sum + part.byteLength, DIGEST_BYTES);
    if (sizeBytes > maxBytes) return;
    makeRoom(sizeBytes);
    const temporary = join(folder, TEMPORARY, randomUUID());
    try {
      mkdirSync(join(folder, TEMPORARY), { recursive: true });
      mkdirSync(shardOf(key), { recursive: true });
      if (minFreeBytes > 0) requireFree(folder, sizeBytes + minFreeBytes);
      writeDurablySync(temporary, { parts: [digestOf(key, parts), ...parts], mode: 0o600 });
      renameSync(temporary, pathOf(key));
      syncFolderSync(shardOf(key));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    counts.written++;
    totalBytes = (totalBytes ?? 0) + sizeBytes;
  }

  /** Other processes write here too, so the sum is only a reason to check, and the actual size counts. */
  function makeRoom(neededBytes: number): void {
    if (totalBytes !== undefined && totalBytes + neededBytes <= maxBytes) return;
    removeAbandoned(join(folder, TEMPORARY));
    const files = listFiles(folder);
    totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    if (totalBytes + neededBytes <= maxBytes) return;
    files.sort((a, b) => a.usedMs - b.usedMs);
    for (const file of files) {
      if (totalBytes + neededBytes <= maxBytes * KEPT_SHARE) return;
      rmSync(file.path, { force: true });
      totalBytes -= file.sizeBytes;
      counts.dropped++;
    }
  }

  return {
    has: (key) => existsSync(pathOf(key)),

    async read(key) {
      const path = pathOf(key);
      // Whatever prevents reading it, the result can be computed again.
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const content = bytes.subarray(DIGEST_BYTES);
      const isWhole = bytes.byteLength >= DIGEST_BYTES;
      if (!isWhole || Buffer.compare(digestOf(key, [content]), bytes.subarray(0, DIGEST_BYTES)) !== 0) {
        counts.damaged++;
        await unlink(path).catch(() => {});
        return undefined;
      }
      counts.read++;
      const now = new Date();
      // The time of the last use; the access time is not kept on many disks. Without the right to set it, age decides.
      await utimes(path, now, now).catch(() => {});
      return content;
    },

    write(key, parts) {
      queue = queue.then(() => {
        if (isPausing() || existsSync(pathOf(key))) return;
        const content = parts();
        if (content === undefined) return;
        try {
          writeFile(key, content);
          problem = undefined;
        } catch (error) {
          problem = { words: error instanceof Error ? error.message : String(error), sinceMs: performance.now() };
        }
      });
    },

    drop: (key) => unlink(pathOf(key)).catch(() => {}),

    flush: () => queue,
    counts: () => (problem === undefined ? { ...counts } : { ...counts, problem: problem.words }),
  };
}

/** The key is part of it, so that a file under another one's name is found out as well. */
export function digestOf(key: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256').update(key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Results must never take the room that the image at the end of the run needs. */
function requireFree(folder: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < neededBytes) throw new Error('too little room is left on the disk');
}

interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedMs: number;
}

function listFiles(folder: string): FoundFile[] {
  return namesIn(folder)
    .filter((shard) => /^[0-9a-f]{2}$/.test(shard))
    .flatMap((shard) => namesIn(join(folder, shard)).map((name) => [name, join(folder, shard, name)] as const))
    .flatMap(([name, path]) => {
      const status = KEY.test(name) ? statusOf(path) : undefined;
      return status?.isFile() ? [{ path, sizeBytes: status.size, usedMs: status.mtimeMs }] : [];
    });
}

function removeAbandoned(folder: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const status = statusOf(path);
    if (status !== undefined && status.mtimeMs < Date.now() - ABANDONED_MS) rmSync(path, { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function statusOf(path: string): Stats | undefined {
  // Another process may have removed it since it was listed.
  return statSync(path, { throwIfNoEntry: false });
}
