import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CancelSignal } from '@unclip-studio/graph-core';
import { type BlobStore, createBlobStore } from './blob-store.js';
import { type Database, openDatabase } from './database.js';
import { lockFolder } from './folder-lock.js';
import { createImagesTable, type ImagesTable } from './images-table.js';
import { createOutputsTable, type OutputsTable } from './outputs-table.js';
import { createRunsTable, type RunsTable } from './runs-table.js';
import { migrateSchema } from './schema.js';
import { createSettingsTable, type SettingsTable } from './settings-table.js';
import { createTimingsTable, type TimingsTable } from './timings-table.js';
import { createWorkflowsTable, type WorkflowsTable } from './workflows-table.js';

/** Everything the server keeps, in one folder: `studio.db` and `blobs/`. One server at a time. */
export interface Store {
  readonly folder: string;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly runs: RunsTable;
  readonly workflows: WorkflowsTable;
  readonly images: ImagesTable;
  readonly outputs: OutputsTable;
  readonly settings: SettingsTable;
  readonly timings: TimingsTable;
  /** Removes blobs which nothing lists and that are older than an hour, until cancelled. @returns how many */
  sweepBlobs(nowMs: number, signal: CancelSignal): Promise<number>;
  close(): void;
}

// A blob is stored before it is listed; whoever has not listed it within an hour is gone.
const LISTED_WITHIN_MS = 3_600_000;

/** Where the blobs of a data folder are; the worker opens them by itself. */
export function blobsFolderOf(dataFolder: string): string {
  return join(dataFolder, 'blobs');
}

/**
 * Opens a data folder, making it if need be, and clears away what a killed server left half written.
 *
 * @throws FolderInUseError if another server has it
 */
export async function openStore(folder: string): Promise<Store> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockFolder(folder);
  try {
    return await openTables(folder, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openTables(folder: string, unlock: () => void): Promise<Store> {
  const blobs = createBlobStore(blobsFolderOf(folder));
  await blobs.removeTemporaryFiles();
  const database = openDatabase(join(folder, 'studio.db'));
  migrateSchema(database);
  return {
    folder,
    database,
    blobs,
    runs: createRunsTable(database),
    workflows: createWorkflowsTable(database),
    images: createImagesTable(database),
    outputs: createOutputsTable(database),
    settings: createSettingsTable(database),
    timings: createTimingsTable(database),
    async sweepBlobs(nowMs, signal) {
      let removed = 0;
      for await (const sha256 of blobs.olderThan(nowMs - LISTED_WITHIN_MS)) {
        if (signal.aborted) break;
        if (isListed(database, sha256)) continue;
        await blobs.delete(sha256);
        removed++;
      }
      return removed;
    },
    close() {
      database.close();
      unlock();
    },
  };
}

function isListed(database: Database, sha256: string): boolean {
  const sql = `SELECT 1 FROM outputs WHERE sha256 = :sha256
    UNION ALL SELECT 1 FROM images WHERE sha256 = :sha256
    UNION ALL SELECT 1 FROM workflow_versions WHERE thumbnail = :sha256 LIMIT 1`;
  return database.get(sql, { sha256 }) !== undefined;
}
