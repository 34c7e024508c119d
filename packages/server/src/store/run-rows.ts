import type { RunError, RunState, RunWarning } from '@unclip-studio/protocol';
import { MAX_TITLE_LENGTH } from '../limits.js';
import type { Database, SqlValue } from './database.js';

/** A run as it is stored. Times are milliseconds since 1970, UTC. */
export interface StoredRun {
  /** Rises with every run; the order in which they were queued. */
  readonly number: number;
  readonly id: string;
  readonly state: RunState;
  readonly workflowName: string | null;
  readonly title: string;
  readonly targets: readonly string[];
  readonly clientId: string;
  readonly priority: number;
  readonly attempts: number;
  /** Of its last lease, greater than those of all leases before it; 0: never leased. */
  readonly token: number;
  /** The worker of its last claim; `null`: the server's own. */
  readonly worker: string | null;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: RunError | null;
  readonly retryOf: string | null;
  /** The run that it is a part of; `null`: it is a run that a user started. */
  readonly partOf: string | null;
  /** It only shows what a change would lead to. */
  readonly isPreview: boolean;
  readonly warnings: readonly RunWarning[];
}

export interface RunRow {
  readonly number: number;
  readonly id: string;
  readonly state: RunState;
  readonly workflow_name: string | null;
  readonly title: string;
  readonly targets: string;
  readonly client_id: string;
  readonly priority: number;
  readonly attempts: number;
  readonly token: number;
  readonly worker: string | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly error: string | null;
  readonly retry_of: string | null;
  readonly part_of: string | null;
  readonly is_preview: number;
  readonly warnings: string | null;
}

/** All of a {@link RunRow}. */
export const RUN_COLUMNS = `number, id, state, workflow_name, title, targets, client_id, priority, attempts, token, worker,
  created_at, started_at, finished_at, error, retry_of, part_of, is_preview, warnings`;
/** Before the token of a claim is read. */
export const NEXT_TOKEN = 'UPDATE claim_tokens SET last = last + 1';
const CLAIM = `UPDATE runs SET state = 'running', attempts = attempts + 1, started_at = :nowMs, worker = :worker,
  token = (SELECT last FROM claim_tokens)`;

/** queued -> running, one attempt more, and a token above all others. @param which of the queued runs, as SQL */
export function claimRun(
  database: Database,
  which: string,
  params: Readonly<Record<string, SqlValue>>,
): StoredRun | undefined {
  const sql = `${CLAIM} WHERE ${which} AND state = 'queued' RETURNING ${RUN_COLUMNS}`;
  const rows = database.transaction(() => {
    database.run(NEXT_TOKEN);
    return database.all<RunRow>(sql, params);
  });
  return rows[0] === undefined ? undefined : toRun(rows[0]);
}

export function toRun(row: RunRow): StoredRun {
  return {
    number: row.number,
    id: row.id,
    state: row.state,
    workflowName: row.workflow_name,
    title: row.title,
    // These columns are written by the tables of runs only.
    targets: JSON.parse(row.targets) as string[],
    warnings: row.warnings === null ? [] : (JSON.parse(row.warnings) as RunWarning[]),
    error: row.error === null ? null : (JSON.parse(row.error) as RunError),
    clientId: row.client_id,
    priority: row.priority,
    attempts: row.attempts,
    token: row.token,
    worker: row.worker,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    retryOf: row.retry_of,
    partOf: row.part_of,
    isPreview: row.is_preview === 1,
  };
}

/** A title of a megabyte would be in every list and event; the workflow keeps it. */
export function shortTitle(title: string): string {
  return title.length > MAX_TITLE_LENGTH ? `${title.slice(0, MAX_TITLE_LENGTH)}…` : title;
}
