import { accessSync, constants, statSync } from 'node:fs';
import SqliteDatabase from 'libsql';
import { DatabaseDamagedError, DataFolderError, StoreFullError } from './store-errors.js';

/** What a column holds. Never a boolean: see `checkParams`. */
export type SqlValue = number | string | Uint8Array | null;
/** In the order of the question marks, or by the names after a colon. */
export type SqlParams = readonly SqlValue[] | Readonly<Record<string, SqlValue>>;

/** One SQLite file. Every call is synchronous; a change is on the disk when its call, or its transaction, returns. */
export interface Database {
  all<Row>(sql: string, params?: SqlParams): readonly Row[];
  get<Row>(sql: string, params?: SqlParams): Row | undefined;
  /** @returns how many rows were changed */
  run(sql: string, params?: SqlParams): number;
  /** Runs a script of our own, of one or more statements. */
  execute(script: string): void;
  /** All changes of `work` or none; inside another transaction it is part of that one. */
  transaction<Value>(work: () => Value): Value;
  /** Empty when the file is sound. */
  integrityProblems(): readonly string[];
  /** Writes a copy of the whole file. @throws StoreFullError */
  copyTo(path: string): void;
  close(): void;
}

/**
 * Opens or creates a database file with a write-ahead log.
 *
 * Differences between libsql 0.5.29 and better-sqlite3, and how they are handled here:
 * - binding a boolean aborts the process, so params are checked before they reach it;
 * - `get` leaves a statement of several rows open and adds a key to the row, so only `all` is used;
 * - a blob is returned as an ArrayBuffer, not as a Buffer;
 * - `transaction` cannot be nested, and its ROLLBACK hides the error after which SQLite has rolled back by itself.
 *
 * @throws StoreFullError from any call that finds no space
 */
export function openDatabase(path: string): Database {
  const wasClosed = isClosedCleanly(path);
  const connection = open(path, wasClosed);
  // With FULL each commit waits for the disk, so that acknowledged data survives a power cut too.
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA busy_timeout = 5000');
  connection.exec('PRAGMA foreign_keys = ON');
  const statements = new Map<string, SqliteDatabase.Statement>();
  let depth = 0;

  function prepare(sql: string): SqliteDatabase.Statement {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = connection.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  const database: Database = {
    all<Row>(sql: string, params: SqlParams = []): readonly Row[] {
      checkParams(params);
      // The caller names the columns in its SQL and their types in `Row`.
      return telling(() => prepare(sql).all(params) as Row[]);
    },
    get<Row>(sql: string, params?: SqlParams): Row | undefined {
      return database.all<Row>(sql, params)[0];
    },
    run(sql, params = []) {
      checkParams(params);
      return telling(() => prepare(sql).run(params).changes);
    },
    execute(script) {
      telling(() => connection.exec(script));
    },
    transaction(work) {
      if (depth > 0) return work();
      telling(() => connection.exec('BEGIN IMMEDIATE'));
      depth++;
      try {
        const value = work();
        telling(() => connection.exec('COMMIT'));
        return value;
      } catch (error) {
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      } finally {
        depth--;
      }
    },
    integrityProblems() {
      const rows = database.all<{ integrity_check: string }>('PRAGMA integrity_check');
      return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    },
    copyTo(target) {
      telling(() => connection.prepare('VACUUM INTO ?').run([target]));
    },
    close() {
      statements.clear();
      connection.close();
    },
  };
  return database;
}

// Looking through a file of this size takes about a tenth of a second.
const ALWAYS_CHECKED_BYTES = 64 * 2 ** 20;

/**
 * Opens an SQLite file without reading it.
 *
 * @throws DataFolderError if it, or a file that SQLite keeps next to it, is not a file or not writable
 */
export function connectTo(path: string): SqliteDatabase.Database {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) requireOwnFile(file);
  try {
    return new SqliteDatabase(path);
  } catch (error) {
    throw new DataFolderError(`"${path}" cannot be opened: ${oneLine(error)}. ${OTHER_FOLDER}`, { cause: error });
  }
}

const OTHER_FOLDER = 'Change that, or choose another folder with --data-dir.';

/** SQLite says no more than a number of such a file, or fails at the first change. */
function requireOwnFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isFile()) {
    throw new DataFolderError(
      `"${path}": expected a file, found a folder. Move it away, or choose another folder with --data-dir.`,
    );
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new DataFolderError(`"${path}" cannot be read and written by this user. ${OTHER_FOLDER}`, { cause: error });
  }
}

function oneLine(error: unknown): string {
  return (error as Error).message.replaceAll('\n', ' ');
}

/** @throws DatabaseDamagedError, DataFolderError */
function open(path: string, wasClosed: boolean): SqliteDatabase.Database {
  try {
    const connection = connectTo(path);
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      // A large file that was closed as it should be is taken to be sound.
      if (!wasClosed || sizeOf(path) < ALWAYS_CHECKED_BYTES) checkIntegrity(connection);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new DatabaseDamagedError(
      `The database ${path} is damaged or no database (${oneLine(error)}). The images next to it are untouched. ` +
        'Put a copy of it back, or run "unclip repair" with the same --data-dir: it sets the file aside and lists the ' +
        'stored images in a new one.',
      { cause: error },
    );
  }
}

/** The first problem only; there may be thousands. */
function checkIntegrity(connection: SqliteDatabase.Database): void {
  const [row] = connection.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (row !== undefined && row.quick_check !== 'ok') throw new Damage(row.quick_check);
}

class Damage extends Error {}

function isDamage(error: unknown): boolean {
  if (error instanceof Damage) return true;
  const { code = '' } = error as { readonly code?: string };
  return code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_CANTOPEN');
}

/** A database that was closed has written its log back into the file. */
function isClosedCleanly(path: string): boolean {
  return sizeOf(`${path}-wal`) === 0;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function checkParams(params: SqlParams): void {
  for (const value of Array.isArray(params) ? params : Object.values(params)) {
    const fits =
      value === null ||
      typeof value === 'string' ||
      (typeof value === 'number' && Number.isFinite(value)) ||
      value instanceof Uint8Array;
    if (!fits) throw new Error(`Internal error: a ${typeof value} cannot be stored in a column`);
  }
}

function telling<Value>(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (isFull(error)) throw new StoreFullError('the change', 0, { cause: error });
    throw error;
  }
}

// A full disk shows as SQLITE_FULL, or as a failed write or extension of the log or its index.
const FULL_CODES: ReadonlySet<unknown> = new Set([
  'SQLITE_FULL',
  'SQLITE_IOERR_WRITE',
  'SQLITE_IOERR_SHMSIZE',
  'SQLITE_IOERR_TRUNCATE',
]);

function isFull(error: unknown): boolean {
  return error instanceof SqliteDatabase.SqliteError && FULL_CODES.has(error.code);
}
