import { dirname, join } from 'node:path';
import { fromCwd, homeFolder, type Surroundings } from '../surroundings.js';

/**
 * Where this system keeps what may be thrown away at any time. `UNCLIP_CACHE_DIR` names another folder; set to nothing,
 * no results are kept.
 */
export function defaultCacheFolder(surroundings: Surroundings): string | undefined {
  const { env } = surroundings;
  const chosen = env['UNCLIP_CACHE_DIR'];
  if (chosen !== undefined) return chosen === '' ? undefined : fromCwd(surroundings, chosen);
  return join(cachesOfUser(env), 'unclip-studio', 'results');
}

/** The folder for test results of devices and digests of weights; left out, they are kept in memory. */
export function machineCacheFolder(surroundings: Surroundings): string | undefined {
  const results = defaultCacheFolder(surroundings);
  return results === undefined ? undefined : dirname(results);
}

function cachesOfUser(env: Surroundings['env']): string {
  switch (process.platform) {
    case 'win32':
      return env['LOCALAPPDATA'] ?? join(homeFolder(env), 'AppData', 'Local');
    case 'darwin':
      return join(homeFolder(env), 'Library', 'Caches');
    default:
      return env['XDG_CACHE_HOME'] ?? join(homeFolder(env), '.cache');
  }
}
