import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CancelSignal } from '@unclip-studio/graph-core';
import { type BlobGuard, guardBlobs } from './blob-guard.js';
import { type BlobStore, blobStoreOver, createBlobStore } from './blob-store.js';
import { openBytes } from './bytes/open-bytes.js';
import { inStore, type StoreAddress } from './bytes/store-address.js';
import { type Database, openDatabase } from './database.js';
import { lockFolder } from './folder-lock.js';
import { createGalleryTable, type GalleryTable } from './gallery-table.js';
import {
  createEndedSessionsTable,
  createGrantsTable,
  type EndedSessionsTable,
  type GrantsTable,
} from './grants-table.js';
import { createImagesTable, type ImagesTable } from './images-table.js';
import { createOutputsTable, type OutputsTable } from './outputs-table.js';
import { pruneHistory } from './prune-history.js';
import { createRunPartsTable, type RunPartsTable } from './run-parts-table.js';
import { createRunsTable, type RunsTable } from './runs-table.js';
import { migrateSchema } from './schema.js';
import { createSettingsTable, type SettingsTable } from './settings-table.js';
import { StoreFullError } from './store-errors.js';
import { createTimingsTable, type TimingsTable } from './timings-table.js';
import { createUserFilesTable, type UserFilesTable } from './user-files-table.js';
import { createVectorsTable, type VectorsTable } from './vectors-table.js';
import { createWebhooksTable, type WebhooksTable } from './webhooks-table.js';
import { createWorkflowsTable, type WorkflowsTable } from './workflows-table.js';

/** Everything the server keeps, in one folder: `studio.db` and `blobs/`. One server at a time. */
export interface Store {
  readonly folder: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly runs: RunsTable;
  readonly parts: RunPartsTable;
  readonly workflows: WorkflowsTable;
  readonly images: ImagesTable;
  readonly outputs: OutputsTable;
  readonly gallery: GalleryTable;
  readonly vectors: VectorsTable;
  readonly settings: SettingsTable;
  readonly endedSessions: EndedSessionsTable;
  readonly grants: GrantsTable;
  readonly userFiles: UserFilesTable;
  readonly timings: TimingsTable;
  readonly webhooks: WebhooksTable;
  /** Whether what the database does not list may be deleted. */
  readonly guard: BlobGuard;
  /** Whether the database knows the stored file of this name. */
  isListed(sha256: string): boolean;
  /**
   * Forgets images that were deleted a month ago and runs beyond the history, and removes blobs which nothing lists and
   * that are older than an hour, until cancelled.
   */
  sweep(request: SweepRequest): Promise<Swept>;
  close(): void;
}

export interface SweepRequest {
  /** Milliseconds since 1970, to compare with the times of files. */
  readonly nowMs: number;
  /** See {@link pruneHistory}. */
  readonly keepRuns: number;
  readonly signal: CancelSignal;
}

/** What a sweep has removed. */
export interface Swept {
  readonly runs: number;
  readonly blobs: number;
}

/** Bytes that others use as well. */
export interface SharedBytes {
  /** Where blobs are; in the data folder when left out. */
  readonly address?: StoreAddress;
  /** Workers on other machines write into it. */
  readonly isShared?: boolean;
}

// A blob is stored before it is listed; a writer that has not listed it within an hour has died.
const LISTED_WITHIN_MS = 3_600_000;
// A worker elsewhere continues while its server is away, and reports its images when it is back.
const TOLD_WITHIN_MS = 24 * 3_600_000;
// The client of an upload waits for the answer.
const UPLOAD_PATIENCE_MS = 3_000;
const RESTORABLE_MS = 30 * 24 * 3_600_000;

export const DATABASE_FILE = 'studio.db';

/** Where the blobs of a data folder are; the worker opens them by itself. */
export function blobsFolderOf(dataFolder: string): string {
  return join(dataFolder, 'blobs');
}

/**
 * Opens a data folder, making it if need be, and clears away what a killed server left half written.
 *
 * @throws FolderInUseError if another server has it
 */
export async function openStore(folder: string, shared: SharedBytes = {}): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    return await openTables(folder, unlock, shared);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openTables(folder: string, unlock: () => void, { address, isShared }: SharedBytes): Promise<Store> {
  const { blobs, listedWithinMs } = openBlobs(folder, address);
  // What others are writing at this moment is not abandoned.
  await blobs.removeTemporaryFiles(isShared || address !== undefined ? Date.now() - LISTED_WITHIN_MS : undefined);
  const database = openDatabase(join(folder, DATABASE_FILE));
  const version = migrateSchema(database, (from) => backUp(database, join(folder, `${DATABASE_FILE}.schema-${from}`)));
  const settings = createSettingsTable(database);
  const guard = await guardBlobs({
    ...{ blobs, settings, database, isNew: version === 0 },
    ...(address === undefined && { folder: blobsFolderOf(folder) }),
  });
  const gallery = createGalleryTable(database);
  const grants = createGrantsTable(database);
  const endedSessions = createEndedSessionsTable(database);
  /** On a full disk nothing can be deleted from a database either; files can, and make room for the next time. */
  async function forgetOld({ nowMs, keepRuns, signal }: SweepRequest): Promise<number> {
    try {
      gallery.purge(nowMs - RESTORABLE_MS);
      grants.purge(nowMs - RESTORABLE_MS);
      endedSessions.forgetBefore(nowMs);
      return await pruneHistory(database, { keepRuns, signal });
    } catch (error) {
      if (error instanceof StoreFullError) return 0;
      throw error;
    }
  }
  let isClosed = false;
  return {
    folder,
    database,
    blobs,
    runs: createRunsTable(database),
    parts: createRunPartsTable(database),
    workflows: createWorkflowsTable(database),
    images: createImagesTable(database),
    outputs: createOutputsTable(database),
    gallery,
    vectors: createVectorsTable(database),
    ...{ settings, guard, endedSessions, grants },
    userFiles: createUserFilesTable(database),
    timings: createTimingsTable(database),
    webhooks: createWebhooksTable(database),
    isListed: (sha256) => isListed(database, sha256),
    async sweep({ nowMs, keepRuns, signal }) {
      const runs = await forgetOld({ nowMs, keepRuns, signal });
      let removed = 0;
      if (guard.problem() !== undefined) return { runs, blobs: 0 };
      for await (const sha256 of blobs.olderThan(nowMs - listedWithinMs)) {
        if (signal.aborted) break;
        if (isListed(database, sha256)) continue;
        await blobs.delete(sha256);
        removed++;
      }
      return { runs, blobs: removed };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      guard.close();
      database.close();
      unlock();
    },
  };
}

/** The last state before a change of the schema, for the way back to an older program. */
function backUp(database: Database, path: string): void {
  rmSync(path, { force: true });
  database.copyTo(path);
  chmodSync(path, 0o600);
}

function openBlobs(folder: string, address: StoreAddress | undefined) {
  if (address === undefined) {
    return { blobs: createBlobStore(blobsFolderOf(folder)), listedWithinMs: LISTED_WITHIN_MS };
  }
  const bytes = openBytes(inStore(address, 'blobs'), { patienceMs: UPLOAD_PATIENCE_MS });
  return { blobs: blobStoreOver(bytes), listedWithinMs: TOLD_WITHIN_MS };
}

/** The names of all stored files that a database knows. */
export function listedBlobs(database: Database): readonly string[] {
  const sql = `SELECT sha256 FROM outputs UNION SELECT sha256 FROM images UNION SELECT sha256 FROM grant_images
    UNION SELECT thumbnail FROM workflow_versions WHERE thumbnail IS NOT NULL`;
  return database.all<{ sha256: string }>(sql).map(({ sha256 }) => sha256);
}

function isListed(database: Database, sha256: string): boolean {
  const sql = `SELECT 1 FROM outputs WHERE sha256 = :sha256
    UNION ALL SELECT 1 FROM images WHERE sha256 = :sha256
    UNION ALL SELECT 1 FROM grant_images WHERE sha256 = :sha256
    UNION ALL SELECT 1 FROM workflow_versions WHERE thumbnail = :sha256 LIMIT 1`;
  return database.get(sql, { sha256 }) !== undefined;
}
