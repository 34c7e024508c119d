import type { ImageRecord } from '@unclip-studio/protocol';
import type { Database } from './database.js';
import { type ImageColumns, imageOf } from './images-table.js';

/** What a share link lets people do who have no token. */
export interface Grant {
  /** Names it in addresses and lists; the secret is in the link only. */
  readonly id: string;
  /** `view`: look at a saved workflow. `form`: run one saved revision by its inputs. */
  readonly kind: 'view' | 'form';
  readonly workflowName: string;
  /** The state that a form runs; `null` for a view, which shows the newest. */
  readonly revision: number | null;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly limits: GrantLimits;
}

/** What a form may use of the server. */
export interface GrantLimits {
  /** Of runs that were started in the last hour. */
  readonly runsPerHour: number;
  /** Of runs that wait. */
  readonly queuedRuns: number;
  /** Of images that were uploaded in the last hour. */
  readonly uploadsPerHour: number;
  /** Of one image. */
  readonly uploadBytes: number;
}

/** A run that was started by a share link. */
export interface GrantRun {
  readonly runId: string;
  /** SHA-256 of the key of the visitor who started it; `null` if the client sent none. */
  readonly visitor: string | null;
}

/** An image that was uploaded by a share link: not in the library, and never found by its name. */
export type GrantImage = Omit<ImageRecord, 'createdAt'>;

export interface GrantsTable {
  /** @param secretSha256 of the secret that the link carries, which is not stored itself */
  add(grant: Omit<Grant, 'revokedAt'>, secretSha256: string): void;
  /** The active ones, newest first. */
  list(nowMs: number): readonly Grant[];
  /** Also one that has expired or was revoked. */
  findBySecret(secretSha256: string): Grant | undefined;
  /** @returns whether there was one that could still be used */
  revoke(id: string, nowMs: number): boolean;
  revokeOfWorkflow(workflowName: string, nowMs: number): void;

  addRun(id: string, run: GrantRun, nowMs: number): void;
  findRun(id: string, runId: string): GrantRun | undefined;
  /** Newest first. @param visitor whose runs are listed; those of all when left out */
  runsOf(id: string, limit: number, visitor?: string): readonly string[];
  /** Runs that wait or are under way. */
  countUnfinished(id: string): number;
  /** Times of the runs that were started, and of the images that were uploaded, since then; oldest first. */
  runTimes(id: string, sinceMs: number): readonly number[];
  uploadTimes(id: string, sinceMs: number): readonly number[];
  addImage(id: string, image: GrantImage, nowMs: number): void;
  readImage(id: string, sha256: string): GrantImage | undefined;

  /** Forgets grants that could not be used since then, with their images; results stay with the runs. */
  purge(beforeMs: number): void;
}

interface GrantRow {
  readonly id: string;
  readonly kind: 'view' | 'form';
  readonly workflow_name: string;
  readonly revision: number | null;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  readonly limits: string;
}

export function createGrantsTable(database: Database): GrantsTable {
  const timesOf = (table: 'grant_runs' | 'grant_uploads', id: string, sinceMs: number) =>
    database
      .all<{ created_at: number }>(
        `SELECT created_at FROM ${table} WHERE grant_id = ? AND created_at > ? ORDER BY created_at`,
        [id, sinceMs],
      )
      .map((row) => row.created_at);

  return {
    add({ id, kind, workflowName, revision, createdAt, expiresAt, limits }, secretSha256) {
      database.run(
        `INSERT INTO grants (id, secret_sha256, kind, workflow_name, revision, created_at, expires_at, limits)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        [id, secretSha256, kind, workflowName, revision, createdAt, expiresAt, JSON.stringify(limits)],
      );
    },
    list: (nowMs) =>
      database
        .all<GrantRow>(
          'SELECT * FROM grants WHERE revoked_at IS NULL AND expires_at > ? ORDER BY created_at DESC, id',
          [nowMs],
        )
        .map(toGrant),
    findBySecret(secretSha256) {
      const row = database.get<GrantRow>('SELECT * FROM grants WHERE secret_sha256 = ?', [secretSha256]);
      return row === undefined ? undefined : toGrant(row);
    },
    revoke: (id, nowMs) =>
      database.run('UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL AND expires_at > ?', [
        nowMs,
        id,
        nowMs,
      ]) > 0,
    revokeOfWorkflow(workflowName, nowMs) {
      database.run('UPDATE grants SET revoked_at = ? WHERE workflow_name = ? AND revoked_at IS NULL', [
        nowMs,
        workflowName,
      ]);
    },

    addRun(id, { runId, visitor }, nowMs) {
      const sql = 'INSERT INTO grant_runs (grant_id, run_id, visitor, created_at) VALUES (?, ?, ?, ?)';
      database.run(sql, [id, runId, visitor, nowMs]);
    },
    findRun(id, runId) {
      const sql = 'SELECT run_id AS runId, visitor FROM grant_runs WHERE grant_id = ? AND run_id = ?';
      return database.get<GrantRun>(sql, [id, runId]);
    },
    runsOf: (id, limit, visitor) =>
      database
        .all<{ run_id: string }>(
          `SELECT run_id FROM grant_runs JOIN runs ON runs.id = run_id
             WHERE grant_id = ? ${visitor === undefined ? '' : 'AND visitor = ?'} ORDER BY number DESC LIMIT ?`,
          [id, ...(visitor === undefined ? [] : [visitor]), limit],
        )
        .map((row) => row.run_id),
    countUnfinished(id) {
      const sql = `SELECT COUNT(*) AS count FROM grant_runs JOIN runs ON runs.id = run_id
                     WHERE grant_id = ? AND state IN ('queued', 'running')`;
      return database.get<{ count: number }>(sql, [id])?.count ?? 0;
    },
    runTimes: (id, sinceMs) => timesOf('grant_runs', id, sinceMs),
    uploadTimes: (id, sinceMs) => timesOf('grant_uploads', id, sinceMs),
    addImage(id, { sha256, name, mediaType, sizeBytes, widthPx, heightPx }, nowMs) {
      database.transaction(() => {
        database.run('INSERT INTO grant_uploads (grant_id, created_at) VALUES (?, ?)', [id, nowMs]);
        database.run(
          `INSERT OR REPLACE INTO grant_images (grant_id, sha256, name, media_type, size_bytes, width_px, height_px)
             VALUES (?, ?, ?, ?, ?, ?, ?)`,
          [id, sha256, name, mediaType, sizeBytes, widthPx, heightPx],
        );
      });
    },
    readImage(id, sha256) {
      const sql = 'SELECT * FROM grant_images WHERE grant_id = ? AND sha256 = ?';
      const row = database.get<ImageColumns>(sql, [id, sha256]);
      return row === undefined ? undefined : imageOf(row);
    },

    purge(beforeMs) {
      database.run('DELETE FROM grants WHERE expires_at < ? OR revoked_at < ?', [beforeMs, beforeMs]);
      for (const table of ['grant_runs', 'grant_uploads', 'grant_images']) {
        database.run(`DELETE FROM ${table} WHERE grant_id NOT IN (SELECT id FROM grants)`);
      }
    },
  };
}

function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    kind: row.kind,
    workflowName: row.workflow_name,
    revision: row.revision,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    // Written by `add` above and by nothing else.
    limits: JSON.parse(row.limits) as GrantLimits,
  };
}

/** The sessions of browsers that were ended before their time, until then. */
export interface EndedSessionsTable {
  list(): readonly string[];
  /** @param endsAtMs when it would have ended by itself */
  add(id: string, endsAtMs: number): void;
  forgetBefore(timeMs: number): void;
}

export function createEndedSessionsTable(database: Database): EndedSessionsTable {
  return {
    list: () => database.all<{ id: string }>('SELECT id FROM ended_sessions').map(({ id }) => id),
    add(id, endsAtMs) {
      database.run('INSERT OR IGNORE INTO ended_sessions VALUES (?, ?)', [id, endsAtMs]);
    },
    forgetBefore(timeMs) {
      database.run('DELETE FROM ended_sessions WHERE ends_at < ?', [timeMs]);
    },
  };
}
