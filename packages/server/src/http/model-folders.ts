import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A checkpoint that workflows may name. */
export interface InstalledModel {
  readonly name: string;
  /** The pipeline that diffusers would load it with. */
  readonly pipeline: string;
  readonly sizeBytes: number;
}

/** What the operator has installed. Paths stay inside; nothing a client sends becomes one. */
export interface ModelFolders {
  list(): Promise<readonly InstalledModel[]>;
}

const PARTS_DEPTH = 1;

/** @param folders searched in this order; of two checkpoints with one name the first counts */
export function createModelFolders(folders: readonly string[]): ModelFolders {
  return {
    async list() {
      const models = new Map<string, InstalledModel>();
      for (const folder of folders) {
        const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
        for (const { name } of entries) {
          const model = models.has(name) ? undefined : await describeModel(join(folder, name), name);
          if (model !== undefined) models.set(name, model);
        }
      }
      return [...models.values()].sort((left, right) => left.name.localeCompare(right.name, 'en'));
    },
  };
}

async function describeModel(folder: string, name: string): Promise<InstalledModel | undefined> {
  const index = await readFile(join(folder, 'model_index.json'), 'utf8').then(JSON.parse).catch(() => undefined);
  const pipeline: unknown = index?._class_name;
  if (typeof pipeline !== 'string') return undefined;
  return { name, pipeline, sizeBytes: await folderBytes(folder, PARTS_DEPTH) };
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
