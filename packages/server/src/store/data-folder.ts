import type { Stats } from 'node:fs';
import { chmod, mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataFolderError, StoreFullError } from './store-errors.js';

/** What the file system under a data folder can do. */
export interface PreparedFolder {
  /** Whether it keeps permissions; FAT, and some network folders and mounted Windows disks, do not. */
  readonly keepsModes: boolean;
}

/** Which licences of models the operator has accepted, a file each. */
export const ACCEPTED_LICENSES_FOLDER = 'accepted-licences';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
// Files that an earlier version made readable by others.
const FILES = ['studio.db', 'studio.db-wal', 'studio.db-shm', 'lock.db'];

/**
 * Makes the data folder if need be, sees that it can be written, and closes it to other users of the machine.
 *
 * @throws DataFolderError that names the folder and says what to do; StoreFullError
 */
export async function prepareDataFolder(folder: string): Promise<PreparedFolder> {
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (!(await stat(folder)).isDirectory()) throw new DataFolderError(notAFolder(folder));
    const keepsModes = await closeToOthers(folder, FOLDER_MODE);
    for (const name of FILES) await closeToOthers(join(folder, name), FILE_MODE);
    await tryToWrite(folder);
    return { keepsModes };
  } catch (error) {
    throw toDataFolderError(folder, error);
  }
}

/** @returns whether only the owner has access afterwards */
async function closeToOthers(path: string, mode: number): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const before = await statIfThere(path);
  if (before === undefined || (before.mode & 0o077) === 0) return true;
  // Not a valid file; opening it reports the error.
  if (mode === FILE_MODE && !before.isFile()) return true;
  // Refused where the file system has no permissions, or the folder belongs to somebody else, as a mounted one may.
  await chmod(path, mode).catch(() => undefined);
  // SQLite removes its files when the last connection ends, which another one may do meanwhile.
  const after = await statIfThere(path);
  return after === undefined || (after.mode & 0o077) === 0;
}

function statIfThere(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/**
 * Permissions are not sufficient: a disk may be mounted read-only. A full one must not prevent viewing its contents.
 */
async function tryToWrite(folder: string): Promise<void> {
  const path = join(folder, `.unclip-${process.pid}.tmp`);
  try {
    await (await open(path, 'w', FILE_MODE)).close();
  } catch (error) {
    if (!FULL.has((error as NodeJS.ErrnoException).code)) throw error;
  }
  await rm(path, { force: true });
}

const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

function toDataFolderError(folder: string, error: unknown): unknown {
  if (error instanceof DataFolderError) return error;
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return new DataFolderError(notAFolder(folder), { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new DataFolderError(
        `The data folder "${folder}" cannot be written by this user (${code}). Change its owner or permissions, or choose another with --data-dir.`,
        { cause: error },
      );
    case 'EROFS':
      return new DataFolderError(
        `The data folder "${folder}" is on a disk that is mounted read-only. Choose another with --data-dir.`,
        { cause: error },
      );
    case 'ENOENT':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return new DataFolderError(
        `The data folder "${folder}" cannot be made (${code}). Choose another with --data-dir.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new StoreFullError('the data folder', 0, { cause: error });
    default:
      return error;
  }
}

function notAFolder(folder: string): string {
  return `The data folder "${folder}": expected a folder, but it or one of its parents is a file. Remove it, or choose another with --data-dir.`;
}
