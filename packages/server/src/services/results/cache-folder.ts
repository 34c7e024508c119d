import { homedir } from 'node:os';
import { join } from 'node:path';

/** 4 GB: some hundred full-size latents and pictures, and no burden to a disk of today. */
export const DEFAULT_CACHE_BYTES = 4e9;

/**
 * Where this system keeps what may be thrown away at any time. `UNCLIP_CACHE_DIR` names another folder; set to nothing,
 * no results are kept.
 */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env['UNCLIP_CACHE_DIR'];
  if (chosen !== undefined) return chosen === '' ? undefined : chosen;
  return join(cachesOfUser(env), 'unclip-studio', 'results');
}

function cachesOfUser(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case 'win32':
      return env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches');
    default:
      return env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  }
}
