import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFileSync } from '../common/durable-write.js';
import type { BlobStore } from './blob-store.js';
import type { Database } from './database.js';
import type { SettingsTable } from './settings-table.js';
import { StoreFullError } from './store-errors.js';

/**
 * Knows whether the database lists the stored files, so that unlisted ones may be deleted. A database that was lost and
 * created again, or restored from a copy, lists nothing that came after it: all of that would look unneeded.
 */
export interface BlobGuard {
  /** Why nothing may be deleted, for people; `undefined` if it may. */
  problem(): string | undefined;
  /** Says that the database lists all that is stored. */
  trust(): void;
  /** Before the database is closed: a copy that was made of it until now is older than the stored files. */
  close(): void;
}

export interface BlobGuardOptions {
  readonly blobs: Pick<BlobStore, 'olderThan'>;
  readonly settings: SettingsTable;
  readonly database: Pick<Database, 'transaction'>;
  /** The folder of the blobs; left out if a store records its own owner. */
  readonly folder?: string;
  /** The database was made just now. */
  readonly isNew: boolean;
}

/** Next to the stored files: the database they belong to, and how often it had been opened. */
const MARK = 'database.json';

interface Mark {
  readonly database: string;
  readonly opened: number;
}

export async function guardBlobs({ blobs, settings, database, folder, isNew }: BlobGuardOptions): Promise<BlobGuard> {
  const mark = folder === undefined ? undefined : readMark(join(folder, MARK));
  const own = { database: settings.read('database-id') ?? randomUUID(), opened: Number(settings.read('opened') ?? 0) };
  const isForeign = mark === undefined ? isNew && !(await isEmpty(blobs)) : mark.database !== own.database;
  const isOlder = mark !== undefined && !isForeign && mark.opened > own.opened;
  if (isForeign || isOlder) {
    keep(() => settings.write('blobs-problem', isForeign ? 'foreign' : 'older'));
  }
  let problem = isForeign ? 'foreign' : isOlder ? 'older' : settings.read('blobs-problem');
  const isTrusted = () => problem === undefined || problem === '';
  if (isTrusted()) keep(() => claim());

  function claim(): void {
    const opened = own.opened + 1;
    database.transaction(() => {
      settings.write('database-id', own.database);
      settings.write('opened', String(opened));
    });
    // The database first: a mark that is behind it does no harm.
    if (folder !== undefined) writeMark(folder, { database: own.database, opened });
    own.opened = opened;
  }

  return {
    problem() {
      if (isTrusted()) return undefined;
      const why = problem === 'older' ? 'is older than the stored images' : 'does not know the stored images';
      return (
        `The database ${why}, so nothing is deleted from the blobs. Stop the server and run "unclip repair" with the ` +
        'same --data-dir, which lists them again.'
      );
    },
    trust() {
      claim();
      settings.write('blobs-problem', '');
      problem = undefined;
    },
    close() {
      if (isTrusted()) keep(() => claim());
    },
  };
}

async function isEmpty(blobs: Pick<BlobStore, 'olderThan'>): Promise<boolean> {
  for await (const _ of blobs.olderThan(Number.POSITIVE_INFINITY)) return false;
  return true;
}

function readMark(path: string): Mark | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { database, opened } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Mark>;
    if (typeof database === 'string' && typeof opened === 'number') return { database, opened };
  } catch {
    // Damaged, so it cannot prove that the files belong to this database.
  }
  return { database: '', opened: 0 };
}

function writeMark(folder: string, mark: Mark): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  replaceFileSync(join(folder, MARK), { parts: [JSON.stringify(mark)], mode: 0o600 });
}

/** On a full disk a server starts all the same; the mark is then behind, which does no harm. */
function keep(write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof StoreFullError) && code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  }
}
