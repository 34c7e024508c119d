import type { Database } from './database.js';
import { claimRun, NEXT_TOKEN, RUN_COLUMNS, type RunRow, type StoredRun, toRun } from './run-rows.js';

/** In place of a worker's id: the run is under way in its parts. */
export const SHARED_OUT = 'parts';

/**
 * Runs that several workers compute together. A shard is a run of the same workflow with its own targets, hidden from
 * users; it is queued, leased, lost and repeated like any other. When all are done, the run itself goes to a worker,
 * which finds their results. The shards are removed when the run ends.
 */
export interface RunPartsTable {
  /**
   * Takes this run out of the queue and puts parts of it there, one for each list of targets: the first where it stood, the
   * others as runs of the same client that were queued after it. It counts as
   * under way, by the worker {@link SHARED_OUT}, until {@link passOn}.
   *
   * @returns `undefined` if it is not queued
   */
  shareOut(id: string, parts: readonly (readonly string[])[], nowMs: number): StoredRun | undefined;
  /** Assigns a split run to a worker; the attempt is the same, the token a new one. */
  passOn(id: string, worker: string): StoredRun | undefined;
  count(id: string): { readonly all: number; readonly done: number };
  /** Of all runs, for a server that does not distribute parts. */
  dropAll(): void;
}

// What differs in a shard; the rest is as in the run. Each takes its own turn, so that other clients run in between.
const INSERT = `
  INSERT INTO runs (id, state, workflow, workflow_name, title, targets, client_id, priority, front, turn, attempts,
    created_at, part_of)
  SELECT :partId, 'queued', workflow, workflow_name, title, :targets, client_id, priority, front, turn + :place, 0, :nowMs, id
    FROM runs WHERE id = :id`;

const PASS_ON = `UPDATE runs SET worker = :worker, token = (SELECT last FROM claim_tokens)
  WHERE id = :id AND worker = '${SHARED_OUT}' AND state = 'running' RETURNING ${RUN_COLUMNS}`;

const COUNT = `SELECT COUNT(*) AS total, COALESCE(SUM(state = 'succeeded'), 0) AS done FROM runs WHERE part_of = ?`;

export function createRunPartsTable(database: Database): RunPartsTable {
  return {
    shareOut(id, parts, nowMs) {
      return database.transaction(() => {
        const whole = claimRun(database, 'id = :id', { id, worker: SHARED_OUT, nowMs });
        if (whole === undefined) return undefined;
        for (const [i, targets] of parts.entries()) {
          database.run(INSERT, { id, partId: `${id}.${i + 1}`, place: i, targets: JSON.stringify(targets), nowMs });
        }
        return whole;
      });
    },
    passOn(id, worker) {
      return database.transaction(() => {
        database.run(NEXT_TOKEN);
        const [row] = database.all<RunRow>(PASS_ON, { id, worker });
        return row === undefined ? undefined : toRun(row);
      });
    },
    count(id) {
      const row = database.get<{ total: number; done: number }>(COUNT, [id]);
      return { all: row?.total ?? 0, done: row?.done ?? 0 };
    },
    dropAll() {
      database.run('DELETE FROM runs WHERE part_of IS NOT NULL');
    },
  };
}
