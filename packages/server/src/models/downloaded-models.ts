import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import type { ModelDeletion } from '@unclip-studio/protocol';
import { z } from 'zod';
import { MODEL_TRASH_DAYS } from '../limits.js';
import { ModelManagerError, NoSuchModel } from './model-errors.js';
import { createOwnFolder, type OwnFolder, ownPath, recordFiles } from './own-folder.js';

const recordedFile = z.object({ path: ownPath, sizeBytes: z.int().min(0), modifiedMs: z.number() });

const downloadedModel = z.object({
  id: z.uuid(),
  type: z.string(),
  name: z.string(),
  /** Of its folder, below the own one. */
  path: ownPath,
  repository: z.string(),
  revision: z.string(),
  license: z.object({ name: z.string(), url: z.string() }),
  downloadedAt: z.string(),
  /** Below its folder, as they were when they had been verified. */
  files: z.array(recordedFile),
});
/** What this program remembers of a model that it downloaded. */
export type DownloadedModel = z.infer<typeof downloadedModel>;

const deletedModel = z.object({
  id: z.uuid(),
  model: downloadedModel,
  deletedAt: z.iso.datetime(),
  sizeBytes: z.number(),
});
type DeletedModel = z.infer<typeof deletedModel>;

/** The record of the model at this path, if it was downloaded and none of its files has changed since. */
export type FindRecord = (path: string) => Promise<DownloadedModel | undefined>;

/** The models that this program has downloaded into its own folder, and those it deleted there. */
export interface DownloadedModels {
  readonly own: OwnFolder;
  /** Reads the records once, for a look at many models. */
  records(): Promise<FindRecord>;
  /** @param files below its folder, verified */
  add(model: Omit<DownloadedModel, 'files' | 'id' | 'downloadedAt'>, files: readonly string[]): Promise<void>;
  /**
   * Moves the downloaded files to the trash; other files next to them stay.
   *
   * @throws ModelManagerError for a model that is managed elsewhere
   */
  delete(path: string): Promise<ModelDeletion>;
  /** The last deleted first. */
  deletions(): Promise<readonly ModelDeletion[]>;
  /** @throws ModelManagerError if something else is in its place by now */
  restore(id: string): Promise<void>;
  purge(id: string): Promise<void>;
  /** Permanently removes models that were deleted longer ago than the retention period. */
  purgeExpired(): Promise<void>;
}

const KEPT_MS = MODEL_TRASH_DAYS * 86_400_000;

export function createDownloadedModels(folder: string, nowMs: () => number): DownloadedModels {
  const own = createOwnFolder(folder);
  const models = recordFiles(own.recordsOf('models'), downloadedModel);
  const trash = recordFiles(own.recordsOf('trash'), deletedModel);
  const toDeletion = ({ id, model: { type, name }, deletedAt, sizeBytes }: DeletedModel): ModelDeletion => ({
    ...{ id, type, name, sizeBytes, deletedAt },
    keptUntil: new Date(Date.parse(deletedAt) + KEPT_MS).toISOString(),
  });

  async function records(): Promise<FindRecord> {
    const all = await models.list();
    const root = await realpath(folder).catch(() => folder);
    return (path) => recordAt(path, all, root);
  }

  async function recordAt(path: string, all: readonly DownloadedModel[], root: string) {
    const real = await realpath(path).catch(() => path);
    for (const model of all) {
      const at = join(root, ...model.path.split('/'));
      // A model of one file is listed by the file, in the folder that was made for it.
      const isIt =
        real === at || (model.files.length === 1 && real === join(at, ...(model.files[0]?.path.split('/') ?? [])));
      if (isIt && (await isUnchanged(at, model))) return model;
    }
    return undefined;
  }

  async function deleted(id: string): Promise<DeletedModel> {
    const found = (await trash.list()).find((one) => one.id === id);
    if (found === undefined) throw new NoSuchModel('It is not in the trash.');
    return found;
  }

  async function purge(id: string): Promise<void> {
    const { id: known } = await deleted(id);
    await rm(own.trashOf(known), { recursive: true, force: true });
    await trash.remove(known);
  }

  return {
    own,
    records,
    async add(model, paths) {
      const at = await own.inside(model.path);
      // A repository may contain several models, each in a file; only replaced ones are forgotten.
      for (const earlier of await models.list()) {
        const isReplaced = earlier.path === model.path && earlier.files.some(({ path }) => paths.includes(path));
        if (isReplaced) await models.remove(earlier.id);
      }
      const files = await Promise.all(paths.map(async (path) => recordOf(at, path)));
      const id = randomUUID();
      await models.write({ ...model, id, files, downloadedAt: new Date(nowMs()).toISOString() });
    },
    async delete(path) {
      const model = await (await records())(path);
      if (model === undefined) {
        throw withReason(
          new ModelManagerError(
            `${path} is managed elsewhere: it was not downloaded by this program, or was changed since. Delete it where it is.`,
          ),
          { code: 'deletion-refused', why: 'not-downloaded', name: path },
        );
      }
      const at = await own.inside(model.path);
      const sizeBytes = model.files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const entry: DeletedModel = { id: randomUUID(), model, deletedAt: new Date(nowMs()).toISOString(), sizeBytes };
      // First the record of the moves: after a crash in between, the files can be restored with it.
      await trash.write(entry);
      await moveFiles(model, at, own.trashOf(entry.id));
      await models.remove(model.id);
      await removeEmptyFolders(at, own.path);
      return toDeletion(entry);
    },
    async deletions() {
      const all = [...(await trash.list())];
      return all.sort((a, b) => (a.deletedAt < b.deletedAt ? 1 : -1)).map(toDeletion);
    },
    async restore(id) {
      const { model } = await deleted(id);
      const at = await own.inside(model.path);
      for (const file of model.files) {
        await own.inside(`${model.path}/${file.path}`);
        const [here, kept] = [at, own.trashOf(id)].map((folder) => join(folder, ...file.path.split('/')));
        await requireRestorable(file, { here: here ?? '', kept: kept ?? '' });
      }
      await moveFiles(model, own.trashOf(id), at);
      await models.write(model);
      await trash.remove(id);
      await rm(own.trashOf(id), { recursive: true, force: true });
    },
    purge,
    async purgeExpired() {
      for (const { id, deletedAt } of await trash.list()) {
        if (Date.parse(deletedAt) + KEPT_MS <= nowMs()) await purge(id);
      }
    },
  };
}

async function recordOf(folder: string, path: string) {
  const found = await lstat(join(folder, ...path.split('/')));
  return { path, sizeBytes: found.size, modifiedMs: found.mtimeMs };
}

/** A file that the user has put in place of a downloaded one belongs to the user, and so does a link. */
async function isUnchanged(folder: string, { files }: DownloadedModel): Promise<boolean> {
  for (const { path, sizeBytes, modifiedMs } of files) {
    const file = join(folder, ...path.split('/'));
    const found = await lstat(file).catch(() => undefined);
    if (!found?.isFile() || found.size !== sizeBytes || found.mtimeMs !== modifiedMs) return false;
    // A parent folder may also have become a link.
    if ((await realpath(file).catch(() => '')) !== file) return false;
  }
  return files.length > 0;
}

/**
 * A file may be at its place already, where deleting or restoring the model was broken off between two files.
 *
 * @throws ModelManagerError if another one is there, or the file is in neither place
 */
async function requireRestorable(
  { path, sizeBytes, modifiedMs }: DownloadedModel['files'][number],
  { here, kept }: { readonly here: string; readonly kept: string },
): Promise<void> {
  const [found, isKept] = [await lstat(here).catch(() => undefined), await exists(kept)];
  if (found === undefined && isKept) return;
  if (found === undefined) {
    throw withReason(
      new ModelManagerError(
        `"${path}" is no longer in the trash folder, so the model is incomplete. Download it again.`,
      ),
      { code: 'deletion-refused', why: 'not-in-trash', name: path },
    );
  }
  const isSame = found.isFile() && found.size === sizeBytes && found.mtimeMs === modifiedMs;
  if (isKept || !isSame) {
    throw withReason(new ModelManagerError(`Something else is in its place by now: ${here}. Move it away first.`), {
      code: 'deletion-refused',
      why: 'name-taken',
      name: here,
    });
  }
}

/** The existing ones: after an interrupted move, some are at their new location already. */
async function moveFiles({ files }: DownloadedModel, from: string, to: string): Promise<void> {
  for (const { path } of files) {
    const [source, target] = [from, to].map((folder) => join(folder, ...path.split('/')));
    if (source === undefined || target === undefined || !(await exists(source))) continue;
    await mkdir(dirname(target), { recursive: true });
    await rename(source, target);
  }
}

/** The folder of the model and those in it, if nothing else is there. */
async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await rmdir(join(folder, entry.name)).catch(() => undefined);
  }
  if (folder !== root) await rmdir(folder).catch(() => undefined);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
