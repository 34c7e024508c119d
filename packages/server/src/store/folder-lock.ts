import { join } from 'node:path';
import SqliteDatabase from 'libsql';
import { connectTo } from './database.js';

/** Another server uses the data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Keeps a second server off a data folder: it would take the first one's running run for an interrupted one.
 * The lock is the operating system's, held through SQLite, and goes with the process however that ends.
 *
 * @returns what gives the folder free again
 * @throws FolderInUseError, DataFolderError
 */
export function lockFolder(folder: string): () => void {
  const connection = connectTo(join(folder, 'lock.db'));
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if (!(error instanceof SqliteDatabase.SqliteError) || error.code !== 'SQLITE_BUSY') throw error;
    throw new FolderInUseError(
      `Another unclip-studio server uses the data folder "${folder}". Use that one, end it, or choose another with --data-dir.`,
      { cause: error },
    );
  }
  return () => connection.close();
}
