import type { WorkflowVersion } from '@unclip-studio/protocol';
import type { Database } from './database.js';
import { shortTitle } from './run-rows.js';
import { RevisionConflict } from './store-errors.js';

/** One saved state with the workflow itself. */
export interface StoredWorkflow extends WorkflowVersion {
  /** The canonical text. */
  readonly json: string;
}

export interface SaveWorkflow {
  readonly name: string;
  /** The revision on which the change is based; 0 for a name that is not in use. */
  readonly baseRevision: number;
  readonly title: string;
  readonly json: string;
  readonly thumbnail?: string;
}

/** A part of a list; all of it when left out. */
export interface Page {
  readonly limit: number;
  /** How many entries to pass over. */
  readonly offset: number;
}

/** Workflows by name, with all their earlier states. */
export interface WorkflowsTable {
  /** The newest state of each, the one saved last first. */
  list(page?: Page): readonly WorkflowVersion[];
  /** The newest state, or an earlier one; earlier ones can be read of a deleted workflow too. */
  read(name: string, revision?: number): StoredWorkflow | undefined;
  /** Newest first; also of a deleted workflow. */
  versions(name: string, page?: Page): readonly WorkflowVersion[];
  /** @throws RevisionConflict if the newest revision is not the one the change is based on; nothing is saved */
  save(request: SaveWorkflow, nowMs: number): WorkflowVersion;
  /**
   * Makes an earlier state the newest one, under a new revision. Restores a deleted workflow (base revision 0).
   *
   * @returns `undefined` if there is no such state
   * @throws RevisionConflict
   */
  restore(name: string, revision: number, baseRevision: number, nowMs: number): WorkflowVersion | undefined;
  /** Changes the image of the newest state only. @returns whether there is such a workflow */
  setThumbnail(name: string, thumbnail: string): boolean;
  /**
   * Removes the name from the list; its states are kept.
   *
   * @param baseRevision left out: regardless of the newest revision
   * @returns whether there was one
   * @throws RevisionConflict
   */
  delete(name: string, baseRevision?: number): boolean;
}

interface VersionRow {
  readonly name: string;
  readonly revision: number;
  readonly title: string;
  readonly thumbnail: string | null;
  readonly saved_at: number;
}

const VERSION_COLUMNS = 'name, revision, title, thumbnail, saved_at';

export function createWorkflowsTable(database: Database): WorkflowsTable {
  /** Revision as seen from outside: 0 for a name not in use. `last` counts deleted ones too. */
  function revisionsOf(name: string): { readonly current: number; readonly last: number } {
    const row = database.get<{ revision: number; deleted: number }>(
      'SELECT revision, deleted FROM workflows WHERE name = ?',
      [name],
    );
    return { current: row === undefined || row.deleted === 1 ? 0 : row.revision, last: row?.revision ?? 0 };
  }

  const table: WorkflowsTable = {
    list({ limit, offset } = ALL) {
      return database
        .all<VersionRow>(
          `SELECT ${VERSION_COLUMNS} FROM workflows JOIN workflow_versions USING (name, revision)
             WHERE deleted = 0 ORDER BY saved_at DESC, name LIMIT ? OFFSET ?`,
          [limit, offset],
        )
        .map(toVersion);
    },
    read(name, revision = revisionsOf(name).current) {
      const row = database.get<VersionRow & { json: string }>(
        'SELECT * FROM workflow_versions WHERE name = ? AND revision = ?',
        [name, revision],
      );
      return row === undefined ? undefined : { ...toVersion(row), json: row.json };
    },
    versions(name, { limit, offset } = ALL) {
      return database
        .all<VersionRow>(
          `SELECT ${VERSION_COLUMNS} FROM workflow_versions WHERE name = ? ORDER BY revision DESC LIMIT ? OFFSET ?`,
          [name, limit, offset],
        )
        .map(toVersion);
    },
    save({ name, baseRevision, title, json, thumbnail }, nowMs) {
      return database.transaction(() => {
        const { current, last } = revisionsOf(name);
        if (baseRevision !== current) throw new RevisionConflict(name, current);
        const revision = last + 1;
        database.run(
          `INSERT INTO workflows VALUES (?, ?, 0)
             ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, deleted = 0`,
          [name, revision],
        );
        const row = { name, revision, title, thumbnail: thumbnail ?? null, saved_at: nowMs };
        database.run(
          `INSERT INTO workflow_versions (name, revision, title, json, thumbnail, saved_at)
             VALUES (:name, :revision, :title, :json, :thumbnail, :saved_at)`,
          { ...row, json },
        );
        return toVersion(row);
      });
    },
    restore(name, revision, baseRevision, nowMs) {
      return database.transaction(() => {
        const earlier = table.read(name, revision);
        return earlier && table.save({ ...earlier, baseRevision }, nowMs);
      });
    },
    setThumbnail(name, thumbnail) {
      const { current } = revisionsOf(name);
      const sql = 'UPDATE workflow_versions SET thumbnail = ? WHERE name = ? AND revision = ?';
      return database.run(sql, [thumbnail, name, current]) > 0;
    },
    delete(name, baseRevision) {
      return database.transaction(() => {
        const { current } = revisionsOf(name);
        if (baseRevision !== undefined && baseRevision !== current) throw new RevisionConflict(name, current);
        return database.run('UPDATE workflows SET deleted = 1 WHERE name = ? AND deleted = 0', [name]) > 0;
      });
    },
  };
  return table;
}

const ALL: Page = { limit: -1, offset: 0 };

function toVersion(row: VersionRow): WorkflowVersion {
  return {
    name: row.name,
    revision: row.revision,
    title: shortTitle(row.title),
    ...(row.thumbnail === null ? {} : { thumbnail: row.thumbnail }),
    savedAt: new Date(row.saved_at).toISOString(),
  };
}
