import { DEFAULT_CACHE_BYTES, defaultCacheFolder } from '../services/results/cache-folder.js';
import type { ResultStoreOptions } from '../services/results/result-store.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './bad-input.js';

/** The options of a command about the results it keeps. */
export interface CacheOptions {
  /** `false`: keep none, and read none. */
  readonly cache: boolean;
  readonly cacheDir?: string;
  /** Such as `500MB`; see {@link parseCacheSize}. */
  readonly cacheSize?: string;
}

/**
 * @returns `undefined` if no results are to be kept
 * @throws BadInput for a size that is none
 */
export function resultStoreOptions(
  { cache, cacheDir, cacheSize }: CacheOptions,
  io: Surroundings,
): ResultStoreOptions | undefined {
  const maxBytes = parseCacheSize(cacheSize);
  const folder = cacheDir === undefined ? defaultCacheFolder(io) : fromCwd(io, cacheDir);
  return cache && folder !== undefined && maxBytes > 0 ? { folder, maxBytes } : undefined;
}

const UNITS = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** @throws BadInput unless the text is a number and MB, GB or TB */
export function parseCacheSize(text: string | undefined): number {
  if (text === undefined) return DEFAULT_CACHE_BYTES;
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new BadInput([`--cache-size: expected a size such as 500MB or 4GB, got "${text}".`]);
  }
  return Number(number) * UNITS[unit.toUpperCase() as keyof typeof UNITS];
}
