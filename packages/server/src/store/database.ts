import SqliteDatabase from 'libsql';
import { StoreFullError } from './store-errors.js';

/** What a column holds. Never a boolean: see `checkParams`. */
export type SqlValue = number | string | Uint8Array | null;
/** In the order of the question marks, or by the names that stand behind a colon. */
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
  close(): void;
}

/**
 * Opens or makes a database file with a write-ahead log.
 *
 * Where libsql 0.5.29 differs from better-sqlite3, and what is done about it here:
 * - binding a boolean aborts the process, so params are checked before they reach it;
 * - `get` leaves a statement of several rows open and adds a key of its own to the row, so only `all` is used;
 * - a blob comes back as an ArrayBuffer, not as a Buffer;
 * - `transaction` cannot be nested, and its ROLLBACK hides the error after which SQLite has rolled back by itself.
 *
 * @throws StoreFullError from any call that finds no room
 */
export function openDatabase(path: string): Database {
  const connection = new SqliteDatabase(path);
  connection.exec('PRAGMA journal_mode = WAL');
  // With FULL each commit waits for the disk, so that what was acknowledged survives a power cut too.
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
    close() {
      statements.clear();
      connection.close();
    },
  };
  return database;
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
