import { existsSync, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRecord } from '@unclip-studio/protocol';
import { readTextIfAny } from '../services/file-errors.js';
import { findCheckpoints } from '../services/find-checkpoints.js';
import { findModelsOfKind } from '../services/find-model-files.js';

/** What the operator has installed. Paths stay inside; nothing a client sends becomes one. */
export interface ModelFolders {
  /** @param kind what another kind of model than checkpoints is called in a param */
  list(kind?: string): Promise<readonly ModelRecord[]>;
  /** Calls back some time after a checkpoint's folder has come or gone. @returns what ends that */
  watch(onChange: () => void): () => void;
}

// A checkpoint's parts are folders of files.
const PARTS_DEPTH = 1;
// Copying a checkpoint changes its folder many times; one notice serves for all of them.
const SETTLE_MS = 300;

export function createModelFolders(roots: readonly string[]): ModelFolders {
  return {
    async list(kind) {
      const found = await (kind === undefined ? findCheckpoints(roots) : findModelsOfKind(kind, roots));
      return Promise.all([...found].map(([name, folder]) => describeModel(name, folder)));
    },
    watch(onChange) {
      let timer: NodeJS.Timeout | undefined;
      const later = () => {
        clearTimeout(timer);
        timer = setTimeout(onChange, SETTLE_MS).unref();
      };
      const watchers = roots
        .filter((root) => existsSync(root))
        .map((root) => watch(root, { persistent: false }, later));
      // Removing a folder ends its watcher with an error; then there is nothing left to report.
      for (const watcher of watchers) watcher.on('error', () => watcher.close());
      return () => {
        clearTimeout(timer);
        for (const watcher of watchers) watcher.close();
      };
    },
  };
}

async function describeModel(name: string, folder: string): Promise<ModelRecord> {
  const text = await readTextIfAny(join(folder, 'model_index.json'));
  const pipeline = /"_class_name":\s*"(\w{1,100})"/.exec(text)?.[1];
  const found = await stat(folder).catch(() => undefined);
  const sizeBytes = found?.isFile() ? found.size : await folderBytes(folder, PARTS_DEPTH);
  return { name, ...(pipeline === undefined ? {} : { pipeline }), sizeBytes };
}

async function folderBytes(folder: string, depth: number): Promise<number> {
  const entries = await readdir(folder).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() && depth > 0) return folderBytes(path, depth - 1);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}
