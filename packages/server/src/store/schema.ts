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

  `-- How pictures came to be, for the gallery's search: one row for all pictures of one node's result.
   CREATE TABLE recipes (
     number INTEGER PRIMARY KEY,
     -- The fingerprint of the node that saved them, and the title of the run.
     key TEXT NOT NULL UNIQUE,
     title TEXT NOT NULL,
     prompt TEXT NOT NULL,
     negative_prompt TEXT NOT NULL,
     -- A JSON array of names, the first being the one that is shown.
     models TEXT NOT NULL
   ) STRICT;
   CREATE VIRTUAL TABLE recipe_texts USING fts5 (
     title, prompt, negative, model, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
   );
   CREATE TABLE recipe_params (
     recipe INTEGER NOT NULL REFERENCES recipes (number),
     -- In small letters, as every word in a search.
     name TEXT NOT NULL,
     text TEXT NOT NULL,
     number REAL,
     PRIMARY KEY (recipe, name, text)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX recipe_params_by_number ON recipe_params (name, number);
   CREATE INDEX recipe_params_by_text ON recipe_params (name, text);

   ALTER TABLE outputs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE outputs ADD COLUMN deleted_at INTEGER;
   -- The deletion that took it, by which it can be brought back.
   ALTER TABLE outputs ADD COLUMN deletion TEXT;
   -- NULL: not looked at yet.
   ALTER TABLE outputs ADD COLUMN recipe INTEGER REFERENCES recipes (number);
   CREATE INDEX outputs_in_gallery ON outputs (number) WHERE temporary = 0 AND deleted_at IS NULL;
   CREATE INDEX outputs_starred ON outputs (number) WHERE starred = 1;
   CREATE INDEX outputs_deleted ON outputs (deleted_at) WHERE deleted_at IS NOT NULL;
   CREATE INDEX outputs_by_deletion ON outputs (deletion) WHERE deletion IS NOT NULL;
   CREATE INDEX outputs_to_index ON outputs (number) WHERE recipe IS NULL AND temporary = 0;
   CREATE INDEX outputs_by_recipe ON outputs (recipe);
   CREATE INDEX outputs_by_time ON outputs (created_at) WHERE temporary = 0 AND deleted_at IS NULL;

   -- What pictures show, as CLIP sees it.
   CREATE TABLE picture_vectors (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     sha256 TEXT NOT NULL UNIQUE,
     -- Identity of the checkpoint whose image encoder looked; only vectors of one can be compared.
     model TEXT NOT NULL,
     -- int8, of any length but one for all of a model; empty: it was tried and cannot be had.
     vector BLOB NOT NULL
   ) STRICT;
   CREATE INDEX picture_vectors_by_model ON picture_vectors (model, number);`,

  `-- Whether a run, or a workflow, is still needed, when runs are forgotten.
   CREATE INDEX runs_by_workflow ON runs (workflow);
   CREATE INDEX idempotency_keys_by_run ON idempotency_keys (run_id);

   -- CRC-32 of the vector; NULL for those of before. SQLite itself does not notice a byte that has changed on the disk.
   ALTER TABLE picture_vectors ADD COLUMN checksum INTEGER;`,

  `-- Rises with every claim of any run; what is told of a run counts only with the token of its last claim.
   ALTER TABLE runs ADD COLUMN token INTEGER NOT NULL DEFAULT 0;
   -- The worker that had or has the run; NULL for the server's own.
   ALTER TABLE runs ADD COLUMN worker TEXT;
   CREATE INDEX runs_by_token ON runs (token);`,

  `-- Apart from the runs, since those are forgotten and a token must never come again.
   CREATE TABLE claim_tokens (last INTEGER NOT NULL) STRICT;
   INSERT INTO claim_tokens SELECT COALESCE(MAX(token), 0) FROM runs;
   DROP INDEX runs_by_token;`,

  `-- The run that this one makes some results for; see RunsTable.shareOut. NULL for runs that users started.
   ALTER TABLE runs ADD COLUMN part_of TEXT;
   CREATE INDEX runs_by_whole ON runs (part_of, state) WHERE part_of IS NOT NULL;`,

  `-- 1: it only shows what a change would lead to, and stands in no list of what was done.
   ALTER TABLE runs ADD COLUMN is_preview INTEGER NOT NULL DEFAULT 0;`,

  `-- Sessions of browsers that were ended before their time.
   CREATE TABLE ended_sessions (id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) STRICT;

   -- What share links let people do who have no token.
   CREATE TABLE grants (
     id TEXT PRIMARY KEY,
     -- Of the secret in the link; whoever reads this file cannot use the link.
     secret_sha256 TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL CHECK (kind IN ('view', 'form')),
     workflow_name TEXT NOT NULL,
     -- NULL: the newest.
     revision INTEGER,
     created_at INTEGER NOT NULL,
     expires_at INTEGER NOT NULL,
     revoked_at INTEGER,
     limits TEXT NOT NULL
   ) STRICT;
   CREATE INDEX grants_by_workflow ON grants (workflow_name);
   -- The run may be forgotten before the grant.
   CREATE TABLE grant_runs (grant_id TEXT NOT NULL, run_id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
   CREATE INDEX grant_runs_by_grant ON grant_runs (grant_id, created_at);
   CREATE TABLE grant_uploads (grant_id TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
   CREATE INDEX grant_uploads_by_grant ON grant_uploads (grant_id, created_at);
   CREATE TABLE grant_images (
     grant_id TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     name TEXT NOT NULL,
     media_type TEXT NOT NULL,
     size_bytes INTEGER NOT NULL,
     width_px INTEGER NOT NULL,
     height_px INTEGER NOT NULL,
     PRIMARY KEY (grant_id, sha256)
   ) STRICT;
   CREATE INDEX grant_images_by_content ON grant_images (sha256);`,

  `-- What ComfyUI's page keeps on its server: settings, saved workflows.
   CREATE TABLE user_files (
     path TEXT PRIMARY KEY,
     bytes BLOB NOT NULL,
     created_at INTEGER NOT NULL,
     modified_at INTEGER NOT NULL
   ) STRICT;`,

  `-- Addresses that are told of the end of a run. They are listed with the run, so that its end cannot be missed.
   CREATE TABLE webhooks (
     id TEXT PRIMARY KEY,
     run_id TEXT NOT NULL,
     url TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
     attempts INTEGER NOT NULL,
     -- What became of the last attempt.
     answer TEXT,
     -- 0: as soon as the run has ended.
     next_at INTEGER NOT NULL,
     UNIQUE (run_id, url)
   ) STRICT;
   CREATE INDEX webhooks_waiting ON webhooks (next_at) WHERE state = 'waiting';`,

  `-- What users are warned of, as JSON; NULL: of nothing.
   ALTER TABLE runs ADD COLUMN warnings TEXT;`,

  `-- What ComfyUI's clients call images. An image has any number of such names, and one that is shown (images.name).
   CREATE TABLE image_paths (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     folder TEXT NOT NULL CHECK (folder IN ('input', 'output', 'temp')),
     path TEXT NOT NULL,
     sha256 TEXT NOT NULL,
     UNIQUE (folder, path)
   ) STRICT;
   CREATE INDEX image_paths_by_content ON image_paths (sha256);
   -- Before, a folder was a part of the shown name. Only two of them cannot be mistaken for a part of a file's own name.
   INSERT OR REPLACE INTO image_paths (folder, path, sha256)
     SELECT
       CASE WHEN substr(name, 1, 7) = '[temp]-' THEN 'temp' ELSE 'input' END,
       CASE
         WHEN substr(name, 1, 7) = '[temp]-' THEN substr(name, 8)
         WHEN substr(name, 1, 20) = 'clipspace-clipspace-' THEN 'clipspace/' || substr(name, 11)
         ELSE name
       END,
       sha256
     FROM images ORDER BY number;`,

  `-- The collection that the user has put an image into; NULL: into none.
   ALTER TABLE outputs ADD COLUMN board TEXT;
   CREATE INDEX outputs_by_board ON outputs (board) WHERE board IS NOT NULL;`,

  `-- SHA-256 of the key of the visitor who started the run; NULL: the client sent none.
   ALTER TABLE grant_runs ADD COLUMN visitor TEXT;`,
];

/**
 * Brings a database file to the newest schema, each step whole or not at all.
 *
 * @param before called before anything that is there changes, with the version that the file has
 * @returns the version that the file had; 0: it is a new one
 * @throws Error if a newer program has written the file
 */
export function migrateSchema(database: Database, before: (version: number) => void = () => {}): number {
  const row = database.get<{ user_version: number }>('PRAGMA user_version');
  const version = row?.user_version ?? 0;
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The data folder was written by a newer unclip-studio (schema ${version}; this one knows ${MIGRATIONS.length}). ` +
        'Update unclip-studio, or choose another folder with --data-dir.',
    );
  }
  if (version > 0 && version < MIGRATIONS.length) before(version);
  const migrate = () => {
    for (const [index, script] of MIGRATIONS.entries()) {
      if (index < version) continue;
      database.transaction(() => {
        database.execute(script);
        database.execute(`PRAGMA user_version = ${index + 1}`);
      });
    }
  };
  // Each transaction waits for the disk; of a new file no version in between is worth that.
  if (version === 0) database.transaction(migrate);
  else migrate();
  return version;
}
