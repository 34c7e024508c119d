import { createHash } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ByteRange } from '@unclip-studio/nodes-unclip';
import { replaceFile } from '../common/durable-write.js';
import { sha256 } from '../common/sha256.js';
import { OPEN_AT_ONCE } from './file-errors.js';

/** The sha256 of stretches of files, computed once for as long as a file does not change. */
export interface WeightDigests {
  /** In hexadecimal, one for each range. @param path absolute, symbolic links resolved */
  of(path: string, ranges: readonly ByteRange[]): Promise<readonly string[]>;
  /** What `compute` gave for this key before, in this process or another: a digest of something long to compute. */
  remember(key: string, compute: () => string): Promise<string>;
  /** Whether weights may come out of pickles. */
  readonly readsPickles: boolean;
}

/** The data about one file, which is void once the file has another stamp. */
interface KnownDigests {
  readonly stamp: string;
  /** By `offset:length`. */
  readonly digests: Readonly<Record<string, string>>;
}

const CHUNK_BYTES = 4 * 2 ** 20;
// A file that was written a moment ago may be written again without its time changing.
const SETTLED_MS = 2_000;

// For as long as the process lives, where nothing is kept on disk.
const inMemory = new Map<string, KnownDigests>();
const rememberedInMemory = new Map<string, string>();

/** @param folder where they are kept from one process to the next; left out, they are kept in memory */
export function createWeightDigests(folder?: string, { pickles = true } = {}): WeightDigests {
  const fileOf = (path: string) => join(folder ?? '', 'weights', `${sha256(path)}.json`);
  return {
    readsPickles: pickles,
    async of(path, ranges) {
      const { stamp, modifiedMs } = await stampOf(path);
      const kept = folder === undefined ? inMemory.get(path) : await readKept(fileOf(path));
      const known = kept?.stamp === stamp ? kept.digests : {};
      const missing = ranges.filter((range) => known[keyOf(range)] === undefined);
      if (missing.length === 0) return ranges.map((range) => known[keyOf(range)] ?? '');
      const digests = { ...known, ...(await computeDigests(path, missing)) };
      if (Date.now() - modifiedMs > SETTLED_MS) {
        const found: KnownDigests = { stamp, digests };
        if (folder === undefined) inMemory.set(path, found);
        else await writeKept(fileOf(path), found);
      }
      return ranges.map((range) => digests[keyOf(range)] ?? '');
    },
    async remember(key, compute) {
      const name = `remembered ${key}`;
      const kept = folder === undefined ? rememberedInMemory.get(name) : await readRemembered(fileOf(name));
      if (kept !== undefined) return kept;
      const digest = compute();
      if (folder === undefined) rememberedInMemory.set(name, digest);
      else await writeKept(fileOf(name), { digest });
      return digest;
    },
  };
}

function keyOf({ offset, length }: ByteRange): string {
  return `${offset}:${length}`;
}

async function stampOf(path: string): Promise<{ readonly stamp: string; readonly modifiedMs: number }> {
  const { size, mtimeMs, ino } = await stat(path);
  return { stamp: `${size} ${mtimeMs} ${ino}`, modifiedMs: mtimeMs };
}

/** One pass through the file, in the order of its bytes, in pieces that leave the thread free in between. */
async function computeDigests(path: string, ranges: readonly ByteRange[]): Promise<Record<string, string>> {
  const file = await open(path, OPEN_AT_ONCE);
  try {
    const digests: Record<string, string> = {};
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
      const hash = createHash('sha256');
      for (let done = 0; done < range.length; ) {
        const wanted = Math.min(CHUNK_BYTES, range.length - done);
        const { bytesRead } = await file.read(chunk, 0, wanted, range.offset + done);
        if (bytesRead === 0) throw new Error(`${path} ends before byte ${range.offset + range.length}`);
        hash.update(chunk.subarray(0, bytesRead));
        done += bytesRead;
      }
      digests[keyOf(range)] = hash.digest('hex');
    }
    return digests;
  } finally {
    await file.close();
  }
}

async function readKept(file: string): Promise<KnownDigests | undefined> {
  try {
    const { stamp, digests } = JSON.parse(await readFile(file, 'utf8')) as KnownDigests;
    return typeof stamp === 'string' && typeof digests === 'object' && digests !== null
      ? { stamp, digests }
      : undefined;
  } catch {
    return undefined;
  }
}

async function readRemembered(file: string): Promise<string | undefined> {
  try {
    const { digest } = JSON.parse(await readFile(file, 'utf8')) as { readonly digest: unknown };
    return typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
  } catch {
    return undefined;
  }
}

/** What cannot be kept is computed again the next time. */
async function writeKept(file: string, known: KnownDigests | { readonly digest: string }): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, { parts: [JSON.stringify(known)] });
  } catch {
    // A full disk or a folder that may not be written.
  }
}
