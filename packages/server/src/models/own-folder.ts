import { mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { withReason } from '@unclip-studio/graph-core';
import { REPOSITORY_PATH } from '@unclip-studio/protocol';
import { z } from 'zod';
import { replaceFile } from '../common/durable-write.js';
import { ModelManagerError } from './model-errors.js';

/** Files of the program in its folder of models, hidden from every list of models. */
const STATE_FOLDER = '.unclip';

/** A path below the folder, with '/'; it leads nowhere else. */
export const ownPath = z.string().regex(REPOSITORY_PATH);

/** The folder into which this program downloads models, and from which alone it deletes. */
export interface OwnFolder {
  readonly path: string;
  /** Its path, once it is there. */
  made(): Promise<string>;
  /** The folder for records of one kind, see {@link recordFiles}. */
  recordsOf(kind: 'models' | 'trash'): string;
  /** The location of deleted files with this id. */
  trashOf(id: string): string;
  /**
   * The absolute path of a location below the folder.
   *
   * @throws ModelManagerError if a link in it leads out of the folder
   */
  inside(path: string): Promise<string>;
}

export function createOwnFolder(path: string): OwnFolder {
  const recordsOf = (kind: 'models' | 'trash') => join(path, STATE_FOLDER, kind);
  return {
    path,
    recordsOf,
    async made() {
      await mkdir(path, { recursive: true });
      return path;
    },
    trashOf: (id) => join(recordsOf('trash'), id),
    async inside(relativePath) {
      const parts = relativePath.split('/');
      await mkdir(path, { recursive: true });
      const root = await realpath(path);
      // The last part may not exist yet; a link in its place is checked as well.
      for (let length = 1; length <= parts.length; length++) {
        const wanted = join(root, ...parts.slice(0, length));
        const real = await realpath(wanted).catch((error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return wanted;
          throw error;
        });
        if (real !== wanted) {
          throw withReason(
            new ModelManagerError(
              `"${relative(root, wanted).split(sep).join('/')}" is a link to ${real}. Files are downloaded into and deleted from ${root} itself only.`,
            ),
            { code: 'download-refused', why: 'linked-folder', name: relative(root, wanted) },
          );
        }
      }
      return join(root, ...parts);
    },
  };
}

/** Records with an id, each in its own file: two programs never write the same one. */
export interface RecordFiles<Value> {
  list(): Promise<readonly Value[]>;
  find(id: string): Promise<Value | undefined>;
  write(record: Value): Promise<void>;
  remove(id: string): Promise<void>;
}

/** @param schema of ids that are file names; other entries are not our records, and are ignored */
export function recordFiles<Value extends { readonly id: string }>(
  folder: string,
  schema: z.ZodType<Value>,
): RecordFiles<Value> {
  const fileOf = (id: string) => join(folder, `${id}.json`);
  async function find(id: string): Promise<Value | undefined> {
    const record = schema.safeParse(await readJson(fileOf(id)));
    return record.success && record.data.id === id ? record.data : undefined;
  }
  return {
    find,
    async list() {
      const names = await readdir(folder).catch(() => []);
      const found: Value[] = [];
      for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
        const record = await find(name.slice(0, -'.json'.length));
        if (record !== undefined) found.push(record);
      }
      return found;
    },
    async write(record) {
      await mkdir(folder, { recursive: true });
      await replaceFile(fileOf(record.id), { parts: [JSON.stringify(record, null, 1)] });
    },
    remove: (id) => rm(fileOf(id), { force: true }),
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
