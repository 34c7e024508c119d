import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { installedFolder, ownFolders, type PluginFolders } from './plugin-folders.js';

// Saving a file is several changes, and building a plug-in many.
const SETTLE_MS = 150;
// More are no sources that somebody edits.
const MOST_FOLDERS = 1_000;

/**
 * Reports shortly after something has changed in folders with plug-ins, or in the added ones and their permissions.
 * Folders of packages and those whose names begin with a dot are not watched.
 *
 * @param onProblem called once with the reason why changes are not noticed
 * @returns stops it
 */
export function watchPlugins(
  folders: PluginFolders,
  { onChange, onProblem }: { onChange(): void; onProblem(words: string): void },
): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let isTold = false;

  function later(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      update();
      onChange();
    }, SETTLE_MS).unref();
  }

  function forget(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  function add(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, later);
      // A folder that is taken away ends its watcher with an error.
      watcher.on('error', () => forget(folder));
      watchers.set(folder, watcher);
    } catch (error) {
      // The system has a limit on how many folders are watched.
      if (!isTold) onProblem(`Changes in ${folder} are not noticed: ${error instanceof Error ? error.message : error}`);
      isTold = true;
    }
  }

  /** All of them again: a folder may have been replaced by one of the same name. */
  function update(): void {
    for (const folder of [...watchers.keys()]) forget(folder);
    for (const folder of foldersToWatch(folders)) add(folder);
  }

  update();
  return () => {
    clearTimeout(timer);
    for (const folder of [...watchers.keys()]) forget(folder);
  };
}

function foldersToWatch(folders: PluginFolders): readonly string[] {
  const found = ownFolders(folders).filter((folder) => existsSync(folder));
  for (let i = 0; i < found.length && found.length < MOST_FOLDERS; i++) found.push(...childrenOf(found[i] ?? ''));
  const installed = installedFolder(folders.dataFolder);
  return [...found, ...(existsSync(installed) ? [installed] : [])].slice(0, MOST_FOLDERS);
}

function childrenOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      .map(({ name }) => join(folder, name));
  } catch {
    // It is gone by now.
    return [];
  }
}
