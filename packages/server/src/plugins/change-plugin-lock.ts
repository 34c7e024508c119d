import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
// Apart from reading: a worker reads the lock file when it starts, and has no use for a database.
import { FolderInUseError, lockFolder } from '../store/folder-lock.js';
import { PluginError } from './plugin-errors.js';
import { installedFolder } from './plugin-folders.js';
import { type PluginLock, readPluginLock, writePluginLock } from './plugin-lock.js';

// Moving files and writing the lock file take some milliseconds.
const LOCK_PATIENCE_MS = 10_000;
const LOCK_POLL_MS = 50;

/**
 * Changes the lock file exclusively.
 *
 * @param change also moves files, if there are any to be moved with it
 * @throws PluginError if another process holds it for long
 */
export async function changePluginLock(
  dataFolder: string,
  change: (lock: PluginLock) => Promise<PluginLock> | PluginLock,
): Promise<void> {
  const guard = join(installedFolder(dataFolder), '.lock');
  mkdirSync(guard, { recursive: true });
  const release = await lockPatiently(guard);
  try {
    await writePluginLock(dataFolder, await change(readPluginLock(dataFolder)));
  } finally {
    release();
  }
}

async function lockPatiently(folder: string): Promise<() => void> {
  for (let waitedMs = 0; ; waitedMs += LOCK_POLL_MS) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error;
      if (waitedMs >= LOCK_PATIENCE_MS) {
        throw new PluginError(folder, 'another command changes the plug-ins; try again when it is done', {
          cause: error,
        });
      }
    }
    await wait(LOCK_POLL_MS);
  }
}
