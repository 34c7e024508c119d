import { defaultCacheFolder } from '../services/results/cache-folder.js';
import type { ResultStoreOptions } from '../services/results/result-store.js';
import { fromCwd, type Surroundings } from '../services/surroundings.js';
import { BadInput } from './bad-input.js';

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

const UNITS = { MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** @throws BadInput unless the text is a number and MB, GB or TB */
export function parseCacheSize(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?(MB|GB|TB)$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new BadInput([`--cache-size: expected a size such as 500MB or 4GB, got "${text}".`]);
  }
  return Number(number) * UNITS[unit.toUpperCase() as keyof typeof UNITS];
}
