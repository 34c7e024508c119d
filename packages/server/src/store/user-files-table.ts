import type { Database } from './database.js';

/** A file that ComfyUI's page keeps on its server, such as a saved workflow. */
export interface UserFile {
  /** From the user's folder, with `/`. A name in a table: it is never a path on the disk. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

/** What ComfyUI's page keeps on its server. */
export interface UserFilesTable {
  /** Sorted by path. */
  list(): readonly UserFile[];
  find(path: string): UserFile | undefined;
  read(path: string): Uint8Array | undefined;
  /** Replaces the existing file. */
  write(path: string, bytes: Uint8Array, nowMs: number): UserFile;
  /** Replaces what was at the new path. @returns `undefined` if there is no such file */
  move(from: string, to: string): UserFile | undefined;
  /** @returns whether there was one */
  delete(path: string): boolean;
}

interface FileRow {
  readonly path: string;
  readonly size_bytes: number;
  readonly created_at: number;
  readonly modified_at: number;
}

const COLUMNS = 'path, length(bytes) AS size_bytes, created_at, modified_at';

export function createUserFilesTable(database: Database): UserFilesTable {
  const find = (path: string) => {
    const row = database.get<FileRow>(`SELECT ${COLUMNS} FROM user_files WHERE path = ?`, [path]);
    return row && toFile(row);
  };
  /** @throws Error if it is not there: it was written a moment ago */
  const written = (path: string): UserFile => {
    const file = find(path);
    if (file === undefined) throw new Error('Internal error: a file that was just written is not listed');
    return file;
  };
  return {
    list: () => database.all<FileRow>(`SELECT ${COLUMNS} FROM user_files ORDER BY path`).map(toFile),
    find,
    read(path) {
      const row = database.get<{ bytes: ArrayBuffer }>('SELECT bytes FROM user_files WHERE path = ?', [path]);
      return row && new Uint8Array(row.bytes);
    },
    write(path, bytes, nowMs) {
      database.run(
        `INSERT INTO user_files VALUES (:path, :bytes, :nowMs, :nowMs)
           ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, modified_at = excluded.modified_at`,
        { path, bytes, nowMs },
      );
      return written(path);
    },
    move(from, to) {
      if (from === to || find(from) === undefined) return find(from);
      database.transaction(() => {
        database.run('DELETE FROM user_files WHERE path = ?', [to]);
        database.run('UPDATE user_files SET path = ? WHERE path = ?', [to, from]);
      });
      return written(to);
    },
    delete(path) {
      const isThere = find(path) !== undefined;
      database.run('DELETE FROM user_files WHERE path = ?', [path]);
      return isThere;
    },
  };
}

function toFile({ path, size_bytes: sizeBytes, created_at: createdMs, modified_at: modifiedMs }: FileRow): UserFile {
  return { path, sizeBytes, createdMs, modifiedMs };
}
