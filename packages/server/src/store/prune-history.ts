import { setImmediate } from 'node:timers/promises';
import type { CancelSignal } from '@unclip-studio/graph-core';
import type { Database } from './database.js';

export interface PruneHistory {
  /** As many of the runs that ended last are kept regardless of their outputs. */
  readonly keepRuns: number;
  readonly signal: CancelSignal;
}

// About 20 ms of work; between the pieces the server does what else there is to do.
const PIECE = 500;

/** Of runs that users started; parts go with the run that they are of. */
const ENDED = `state IN ('succeeded', 'failed', 'cancelled') AND part_of IS NULL`;
/** The run, or something in it. */
const HAS_TO_GO = `(EXISTS (SELECT 1 FROM outputs WHERE run_id = runs.id AND temporary = 1)
  OR NOT EXISTS (SELECT 1 FROM outputs WHERE run_id = runs.id))`;
/** Of the newest run that is no longer kept by number. */
const LAST_OLD = `SELECT number FROM runs WHERE ${ENDED} ORDER BY number DESC LIMIT 1 OFFSET ?`;

/**
 * Removes runs beyond the newest ones, and their previews. A run stays as long as one of its images does, also a
 * deleted one that can still be restored.
 *
 * @returns how many runs
 */
export async function pruneHistory(database: Database, { keepRuns, signal }: PruneHistory): Promise<number> {
  const lastOld = database.get<{ number: number }>(LAST_OLD, [keepRuns])?.number;
  if (lastOld === undefined) return 0;
  let forgotten = 0;
  for (let after = 0; after < lastOld && !signal.aborted; ) {
    const old = database.all<{ number: number; id: string }>(
      `SELECT number, id FROM runs WHERE number > ? AND number <= ? AND ${ENDED} AND ${HAS_TO_GO}
         ORDER BY number LIMIT ${PIECE}`,
      [after, lastOld],
    );
    if (old.length === 0) break;
    after = old.at(-1)?.number ?? lastOld;
    forgotten += database.transaction(() => old.filter(({ id }) => forget(database, id)).length);
    await setImmediate();
  }
  return forgotten;
}

/** @returns whether the run is gone; its workflow goes with the last run of it */
function forget(database: Database, id: string): boolean {
  database.run('DELETE FROM outputs WHERE run_id = ? AND temporary = 1', [id]);
  if (database.get('SELECT 1 FROM outputs WHERE run_id = ?', [id]) !== undefined) return false;
  const workflow = database.get<{ workflow: string }>('SELECT workflow FROM runs WHERE id = ?', [id])?.workflow ?? '';
  database.run('DELETE FROM idempotency_keys WHERE run_id = ?', [id]);
  database.run('DELETE FROM webhooks WHERE run_id = ?', [id]);
  database.run('DELETE FROM runs WHERE id = ?', [id]);
  const isUsed = database.get('SELECT 1 FROM runs WHERE workflow = ?', [workflow]) !== undefined;
  if (!isUsed) database.run('DELETE FROM run_workflows WHERE sha256 = ?', [workflow]);
  return true;
}
