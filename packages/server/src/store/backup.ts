import { createReadStream, existsSync, renameSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { replaceFile } from '../common/durable-write.js';
import { sha256 } from '../common/sha256.js';
import { type BlobStore, blobStoreOver } from './blob-store.js';
import type { ByteStore } from './bytes/byte-store.js';
import { openBytes } from './bytes/open-bytes.js';
import { inStore, type StoreAddress } from './bytes/store-address.js';
import { ACCEPTED_LICENSES_FOLDER } from './data-folder.js';
import { openDatabase } from './database.js';
import { lockFolder } from './folder-lock.js';
import { blobsFolderOf, DATABASE_FILE, listedBlobs } from './store.js';
import { readTar, type TarEntry, TarError, writeTar } from './tar-file.js';

/** What a backup is of. */
export interface BackedUp {
  readonly folder: string;
  /** Where the images are; in the data folder when left out. */
  readonly address?: StoreAddress | undefined;
}

export interface BackupCounts {
  readonly images: number;
  /** That were listed, and were gone or damaged when they were to be copied. */
  readonly missing: number;
}

/** The data folder cannot be backed up or restored, for a reason that its owner can change. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** First in an archive, so that one of something else is refused before anything is written. */
const MANIFEST = 'unclip-backup.json';
/** What a server needs to be the same for its users. */
const SECRETS = ['token', 'webhook-secret'] as const;
const IMAGES = 'blobs/';
const ACCEPTED_LICENSES = `${ACCEPTED_LICENSES_FOLDER}/`;

/**
 * Writes a data folder into one archive, also while a server has it: the database as it is at one moment, then every image
 * that it lists, which never change.
 *
 * @param program which writes it, with its version
 * @throws BackupError
 */
export async function backUpFolder(
  { folder, address }: BackedUp,
  path: string,
  program: string,
): Promise<BackupCounts> {
  if (!existsSync(join(folder, DATABASE_FILE)))
    throw new BackupError(`"${folder}" is not a data folder: it has no ${DATABASE_FILE}.`);
  if (existsSync(path)) throw new BackupError(`"${path}" is there already; a backup replaces no file.`);
  const copy = `${path}.db.tmp`;
  await rm(copy, { force: true });
  try {
    copyDatabase(folder, copy);
    const counts = { images: 0, missing: 0 };
    const entries = entriesOf({ folder, copy, program, bytes: openImages({ folder, address }) }, counts);
    await replaceFile(path, { parts: writeTar(entries), mode: 0o600 });
    return counts;
  } finally {
    for (const ending of ['', '-wal', '-shm']) await rm(copy + ending, { force: true });
  }
}

function copyDatabase(folder: string, copy: string): void {
  const database = openDatabase(join(folder, DATABASE_FILE));
  try {
    database.copyTo(copy);
  } finally {
    database.close();
  }
}

function openImages({ folder, address }: BackedUp): ByteStore {
  const images =
    address === undefined ? ({ kind: 'folder', folder: blobsFolderOf(folder) } as const) : inStore(address, 'blobs');
  return openBytes(images, { patienceMs: PATIENCE_MS });
}

const PATIENCE_MS = 60_000;

interface Source {
  readonly folder: string;
  /** Of the database. */
  readonly copy: string;
  readonly program: string;
  readonly bytes: ByteStore;
}

async function* entriesOf(
  { folder, copy, program, bytes }: Source,
  counts: { images: number; missing: number },
): AsyncGenerator<TarEntry> {
  const manifest = { format: 'unclip-backup', version: 1, program };
  yield entryOf(MANIFEST, Buffer.from(`${JSON.stringify(manifest)}\n`));
  const database = openDatabase(copy);
  const names = listedBlobs(database);
  // Writes the contents of files that SQLite created next to the database back into it.
  database.close();
  yield { name: DATABASE_FILE, sizeBytes: (await stat(copy)).size, read: () => createReadStream(copy) };
  for (const name of SECRETS) {
    const content = await readFile(join(folder, name)).catch(() => undefined);
    if (content !== undefined) yield entryOf(name, content);
  }
  const accepted = join(folder, ACCEPTED_LICENSES_FOLDER);
  for (const name of (await readdir(accepted).catch(() => [])).filter((one) => RECORD_NAME.test(one)).sort()) {
    yield entryOf(ACCEPTED_LICENSES + name, await readFile(join(accepted, name)));
  }
  for (const name of names) {
    const content = await bytes.read(name);
    if (content === undefined || sha256(content) !== name) {
      counts.missing++;
      continue;
    }
    counts.images++;
    yield entryOf(IMAGES + name, content);
  }
}

/** A name that leads nowhere but into the folder. */
const RECORD_NAME = /^[0-9a-f]{32}\.json$/;

function entryOf(name: string, content: Uint8Array): TarEntry {
  return {
    name,
    sizeBytes: content.length,
    async *read() {
      yield content;
    },
  };
}

/**
 * Makes a data folder of a backup. The database is put in its place last, so a folder that was restored in part is none.
 *
 * @throws BackupError if there is one already, or the backup is none, cut short or damaged; FolderInUseError
 */
export async function restoreFolder(path: string, { folder, address }: BackedUp): Promise<BackupCounts> {
  const database = join(folder, DATABASE_FILE);
  if (existsSync(database)) {
    throw new BackupError(
      `"${folder}" is a data folder already. Restore into an empty one with --data-dir, or move it away.`,
    );
  }
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new BackupError(`"${path}" cannot be read (${error.code}).`, { cause: error });
  });
  try {
    const entries = readTar(file);
    await readManifest(path, (await entries.next()).value);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const unlock = lockFolder(folder);
    try {
      const images = await restoreEntries(entries, folder, blobStoreOver(openImages({ folder, address })));
      // Looks whether it is sound.
      openDatabase(`${database}.restored`).close();
      renameSync(`${database}.restored`, database);
      return { images, missing: 0 };
    } finally {
      unlock();
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    throw new BackupError(`"${path}" is not a complete backup: ${error.message}.`, { cause: error });
  } finally {
    await file.close();
  }
}

async function readManifest(path: string, first: TarEntry | undefined): Promise<void> {
  const text = first?.name === MANIFEST ? (await wholeOf(first)).toString() : '{}';
  const { format, version } = JSON.parse(text) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== 'unclip-backup') throw new BackupError(`"${path}" is not a backup of unclip-studio.`);
  if (version !== 1) throw new BackupError(`"${path}" was written by a newer unclip-studio. Update this one.`);
}

/** @returns how many images */
async function restoreEntries(entries: AsyncIterable<TarEntry>, folder: string, blobs: BlobStore): Promise<number> {
  let images = 0;
  for await (const entry of entries) {
    if (entry.name.startsWith(IMAGES)) {
      const name = await blobs.put(await wholeOf(entry));
      if (name !== entry.name.slice(IMAGES.length)) throw new TarError(`the image ${entry.name} is damaged`);
      images++;
    } else if (entry.name.startsWith(ACCEPTED_LICENSES) && RECORD_NAME.test(basename(entry.name))) {
      await mkdir(join(folder, ACCEPTED_LICENSES_FOLDER), { recursive: true, mode: 0o700 });
      const target = join(folder, ACCEPTED_LICENSES_FOLDER, basename(entry.name));
      await replaceFile(target, { parts: entry.read(), mode: 0o600 });
    } else if (entry.name === DATABASE_FILE || SECRETS.some((secret) => secret === entry.name)) {
      const target = join(folder, entry.name === DATABASE_FILE ? `${DATABASE_FILE}.restored` : entry.name);
      await replaceFile(target, { parts: entry.read(), mode: 0o600 });
    }
  }
  return images;
}

async function wholeOf(entry: TarEntry): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of entry.read()) parts.push(part);
  return Buffer.concat(parts);
}
