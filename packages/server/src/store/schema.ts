import type { Database } from './database.js';

/** `MIGRATIONS[i]` leads from schema version i to i + 1. Times are milliseconds since 1970, UTC. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

   -- One row for each different workflow that was ever run, however often it was.
   CREATE TABLE run_workflows (sha256 TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;

   CREATE TABLE runs (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
     workflow TEXT NOT NULL REFERENCES run_workflows (sha256),
     workflow_name TEXT,
     title TEXT NOT NULL,
     targets TEXT NOT NULL,
     client_id TEXT NOT NULL,
     priority INTEGER NOT NULL,
     -- Higher goes first, before any priority; 0 for runs that nobody moved to the front.
     front INTEGER NOT NULL,
     -- The round in which the run comes up, so that clients of equal priority take turns.
     turn INTEGER NOT NULL,
     attempts INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     started_at INTEGER,
     finished_at INTEGER,
     error TEXT,
     nodes TEXT,
     retry_of TEXT
   ) STRICT;
   CREATE INDEX runs_in_queue ON runs (front DESC, priority DESC, turn, number) WHERE state = 'queued';
   CREATE INDEX runs_running ON runs (number) WHERE state = 'running';

   CREATE TABLE idempotency_keys (
     key TEXT PRIMARY KEY,
     request_sha256 TEXT NOT NULL,
     run_id TEXT NOT NULL REFERENCES runs (id),
     created_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE timings (
     key TEXT PRIMARY KEY,
     duration_ms REAL NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;

   CREATE TABLE workflows (
     name TEXT PRIMARY KEY,
     revision INTEGER NOT NULL,
     deleted INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE workflow_versions (
     name TEXT NOT NULL REFERENCES workflows (name),
     revision INTEGER NOT NULL,
     title TEXT NOT NULL,
     json TEXT NOT NULL,
     thumbnail TEXT,
     saved_at INTEGER NOT NULL,
     PRIMARY KEY (name, revision)
   ) STRICT;

   CREATE TABLE images (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     sha256 TEXT NOT NULL UNIQUE,
     name TEXT NOT NULL,
     media_type TEXT NOT NULL,
     size_bytes INTEGER NOT NULL,
     width_px INTEGER NOT NULL,
     height_px INTEGER NOT NULL,
     created_at INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX images_by_name ON images (name, number);

   CREATE TABLE outputs (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     run_id TEXT NOT NULL REFERENCES runs (id),
     node TEXT NOT NULL,
     place INTEGER NOT NULL,
     sha256 TEXT NOT NULL,
     name TEXT NOT NULL,
     temporary INTEGER NOT NULL,
     media_type TEXT NOT NULL,
     size_bytes INTEGER NOT NULL,
     width_px INTEGER NOT NULL,
     height_px INTEGER NOT NULL,
     receipt TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     UNIQUE (run_id, node, place)
   ) STRICT;
   CREATE INDEX outputs_by_content ON outputs (sha256);
   CREATE INDEX thumbnails ON workflow_versions (thumbnail) WHERE thumbnail IS NOT NULL;`,
];

/**
 * Brings a database file to the newest schema, each step whole or not at all.
 *
 * @throws Error if a newer program has written the file
 */
export function migrateSchema(database: Database): void {
  const row = database.get<{ user_version: number }>('PRAGMA user_version');
  const version = row?.user_version ?? 0;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The data folder was written by a newer unclip-studio (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
        'Update unclip-studio, or choose another folder with --data-dir.',
    );
  }
  for (const [index, script] of MIGRATIONS.entries()) {
    if (index < version) continue;
    database.transaction(() => {
      database.execute(script);
      database.execute(`PRAGMA user_version = ${index + 1}`);
    });
  }
}
