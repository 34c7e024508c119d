import { parseByteSize } from '../services/byte-size.js';
import { defaultCacheFolder } from '../services/results/cache-folder.js';
import type { ResultStoreOptions } from '../services/results/result-store.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './exit-codes.js';

interface CacheOptions {
  /** `false`: keep none, and read none. */
  readonly cache: boolean;
  readonly cacheDir: string | undefined;
  readonly maxBytes: number;
}

/** @returns `undefined` if no results are to be kept */
export function resultStoreOptions(
  { cache, cacheDir, maxBytes }: CacheOptions,
  io: Surroundings,
): ResultStoreOptions | undefined {
  const folder = cacheDir === undefined ? defaultCacheFolder(io) : fromCwd(io, cacheDir);
  return cache && folder !== undefined && maxBytes > 0 ? { folder, maxBytes } : undefined;
}

/** @throws BadInput unless the text is a size with its unit */
export function parseCacheSize(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes === undefined) {
    throw new BadInput([`--cache-size: expected a size such as 500MB, 4GB or 4GiB, got "${text}".`]);
  }
  return bytes;
}
