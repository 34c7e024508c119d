import type { NodeStatus, RunError, RunState, RunWarning } from '@unclip-studio/protocol';
import { MAX_RUN_WARNINGS } from '../limits.js';
import type { Database } from './database.js';
import { claimRun, RUN_COLUMNS, type RunRow, type StoredRun, toRun } from './run-rows.js';

export type { StoredRun } from './run-rows.js';

export interface NewRun {
  readonly id: string;
  readonly workflowJson: string;
  /** Of the text above, in hex. */
  readonly workflowSha256: string;
  readonly workflowName: string | null;
  readonly title: string;
  readonly targets: readonly string[];
  readonly clientId: string;
  readonly priority: number;
  readonly retryOf: string | null;
  /** It only shows what a change would lead to. */
  readonly isPreview?: boolean;
  readonly warnings?: readonly RunWarning[];
}

export interface RunEnding {
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly error?: RunError;
  readonly nodes?: Readonly<Record<string, NodeStatus>>;
}

/**
 * The durable queue and history. Every change of state names the states it starts from, in the one statement that makes
 * it, and reports whether it took place: so whatever races, a run ends once.
 */
export interface RunsTable {
  insert(run: NewRun, nowMs: number): void;
  read(id: string): StoredRun | undefined;
  readWorkflow(id: string): Pick<NewRun, 'workflowJson' | 'workflowSha256'> | undefined;
  readNodes(id: string): Readonly<Record<string, NodeStatus>>;
  /** Newest first, without parts. */
  list(request: {
    readonly states: readonly RunState[];
    readonly limit: number;
    readonly before?: string;
    readonly withoutPreviews?: boolean;
  }): StoredRun[];
  /** Ids in the order in which they will run, without parts. */
  queueOrder(): readonly string[];
  /** The same with parts, each where the run stood that it is a part of. */
  claimOrder(): readonly string[];
  /** Without parts. */
  countQueued(): number;

  /** Takes the next one out of the queue: queued -> running, one attempt more, and a token above all others. */
  claimNext(nowMs: number): StoredRun | undefined;
  /** Takes this one out of the queue, for a worker. */
  claim(id: string, worker: string, nowMs: number): StoredRun | undefined;
  /** Whether the run is under way by the claim that had this token. */
  isHeld(id: string, token: number): boolean;
  /** running -> queued, at its old position. @param keepsAttempt false: the attempt was cancelled and does not count */
  requeue(id: string, options: { readonly keepsAttempt: boolean; readonly token?: number }): boolean;
  /** running -> a terminal state; for `cancelled` also queued -> cancelled. With a token: only of that claim. */
  finish(id: string, ending: RunEnding, nowMs: number, token?: number): boolean;
  /** Adds new warnings, up to a limit. */
  addWarnings(id: string, warnings: readonly RunWarning[]): void;
  /** @returns whether the run was queued */
  moveToFront(id: string): boolean;
  /** @returns whether the run was queued */
  setPriority(id: string, priority: number): boolean;
  /** The runs that were under way when the last server ended, and parts of runs. */
  running(): readonly StoredRun[];

  /** The run of a key, and the hash of the request that came with it. */
  findKey(key: string): { readonly runId: string; readonly requestSha256: string } | undefined;
  addKey(key: string, requestSha256: string, runId: string, nowMs: number): void;
  forgetKeysBefore(timeMs: number): void;
}

const QUEUE_ORDER = 'ORDER BY front DESC, priority DESC, turn, number';

// Start-time fair queueing: a client's next run comes up one round after its last waiting one, not before one of its
// active runs (which may return to the queue), and never before the current round; so the order is fixed when a run is
// queued, and one statement reads it.
const NEXT_TURN = `
  SELECT MAX(
    COALESCE(
      (SELECT MAX(turn + (state = 'queued')) FROM runs
         WHERE state IN ('queued', 'running') AND client_id = :clientId AND priority = :priority),
      0),
    COALESCE(
      (SELECT MIN(turn) FROM runs WHERE state = 'running' AND priority = :priority),
      (SELECT MIN(turn) FROM runs WHERE state = 'queued' AND priority = :priority),
      0))`;

const INSERT = `
  INSERT INTO runs (id, state, workflow, workflow_name, title, targets, client_id, priority, front, turn, attempts,
    created_at, retry_of, is_preview, warnings)
  VALUES (:id, 'queued', :workflowSha256, :workflowName, :title, :targets, :clientId, :priority, 0, (${NEXT_TURN}), 0,
    :nowMs, :retryOf, :isPreview, :warnings)`;

// The running one counts too: it may come back to the queue, and then the run put to the front after it goes first.
const NEXT_FRONT = `1 + MAX(
  COALESCE((SELECT MAX(front) FROM runs WHERE state = 'queued'), 0),
  COALESCE((SELECT MAX(front) FROM runs WHERE state = 'running'), 0))`;

// No claim has it.
const ANY_TOKEN = -1;

export function createRunsTable(database: Database): RunsTable {
  function readOrder(which: '' | 'AND part_of IS NULL'): readonly string[] {
    const sql = `SELECT id FROM runs WHERE state = 'queued' ${which} ${QUEUE_ORDER}`;
    return database.all<{ id: string }>(sql).map(({ id }) => id);
  }

  return {
    insert({ workflowJson, targets, isPreview = false, warnings = [], ...columns }, nowMs) {
      database.transaction(() => {
        const { workflowSha256 } = columns;
        database.run('INSERT OR IGNORE INTO run_workflows VALUES (?, ?)', [workflowSha256, workflowJson]);
        database.run(INSERT, {
          ...columns,
          targets: JSON.stringify(targets),
          isPreview: Number(isPreview),
          warnings: toWarningsJson(warnings),
          nowMs,
        });
      });
    },
    read(id) {
      const row = database.get<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`, [id]);
      return row === undefined ? undefined : toRun(row);
    },
    readWorkflow(id) {
      const sql = `SELECT json AS workflowJson, sha256 AS workflowSha256
        FROM runs JOIN run_workflows ON sha256 = workflow WHERE id = ?`;
      return database.get(sql, [id]);
    },
    readNodes(id) {
      const row = database.get<{ nodes: string | null }>('SELECT nodes FROM runs WHERE id = ?', [id]);
      // Written by `finish` below and by nothing else.
      return row?.nodes ? (JSON.parse(row.nodes) as Record<string, NodeStatus>) : {};
    },
    list({ states, limit, before, withoutPreviews = false }) {
      const conditions = ['part_of IS NULL'];
      const params: (string | number)[] = [];
      if (withoutPreviews) conditions.push('is_preview = 0');
      if (states.length > 0) {
        conditions.push(`state IN (${states.map(() => '?').join(', ')})`);
        params.push(...states);
      }
      if (before !== undefined) {
        conditions.push('number < (SELECT number FROM runs WHERE id = ?)');
        params.push(before);
      }
      const sql = `SELECT ${RUN_COLUMNS} FROM runs WHERE ${conditions.join(' AND ')} ORDER BY number DESC LIMIT ?`;
      return database.all<RunRow>(sql, [...params, limit]).map(toRun);
    },
    queueOrder: () => readOrder('AND part_of IS NULL'),
    claimOrder: () => readOrder(''),
    countQueued() {
      const sql = `SELECT COUNT(*) AS count FROM runs WHERE state = 'queued' AND part_of IS NULL`;
      return database.get<{ count: number }>(sql)?.count ?? 0;
    },

    claimNext(nowMs) {
      const next = `(SELECT id FROM runs WHERE state = 'queued' ${QUEUE_ORDER} LIMIT 1)`;
      return claimRun(database, `id = ${next}`, { nowMs, worker: null });
    },
    claim(id, worker, nowMs) {
      return claimRun(database, 'id = :id', { id, worker, nowMs });
    },
    isHeld(id, token) {
      const sql = `SELECT 1 FROM runs WHERE id = ? AND token = ? AND state = 'running'`;
      return database.get(sql, [id, token]) !== undefined;
    },
    requeue(id, { keepsAttempt, token = ANY_TOKEN }) {
      const sql = `UPDATE runs SET state = 'queued', started_at = NULL, attempts = attempts - ?
                     WHERE id = ? AND state = 'running' AND ? IN (token, ${ANY_TOKEN})`;
      return database.run(sql, [keepsAttempt ? 0 : 1, id, token]) > 0;
    },
    finish(id, { state, error, nodes }, nowMs, token = ANY_TOKEN) {
      const from = state === 'cancelled' ? `('queued', 'running')` : `('running')`;
      const sql = `UPDATE runs SET state = ?, finished_at = ?, error = ?, nodes = ?
                     WHERE id = ? AND state IN ${from} AND ? IN (token, ${ANY_TOKEN})`;
      const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
      return database.transaction(() => {
        const hasEnded = database.run(sql, [state, nowMs, json(error), json(nodes), id, token]) > 0;
        if (hasEnded) database.run('DELETE FROM runs WHERE part_of = ?', [id]);
        return hasEnded;
      });
    },
    addWarnings(id, warnings) {
      database.transaction(() => {
        const row = database.get<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`, [id]);
        if (row === undefined || warnings.length === 0) return;
        const all = [...toRun(row).warnings, ...warnings];
        database.run('UPDATE runs SET warnings = ? WHERE id = ?', [toWarningsJson(all), id]);
      });
    },
    moveToFront(id) {
      const sql = `UPDATE runs SET front = ${NEXT_FRONT} WHERE id = ? AND state = 'queued'`;
      return database.run(sql, [id]) > 0;
    },
    setPriority(id, priority) {
      return database.run(`UPDATE runs SET priority = ? WHERE id = ? AND state = 'queued'`, [priority, id]) > 0;
    },
    running() {
      return database.all<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs WHERE state = 'running' ORDER BY number`).map(toRun);
    },

    findKey(key) {
      const row = database.get<{ run_id: string; request_sha256: string }>(
        'SELECT run_id, request_sha256 FROM idempotency_keys WHERE key = ?',
        [key],
      );
      return row === undefined ? undefined : { runId: row.run_id, requestSha256: row.request_sha256 };
    },
    addKey(key, requestSha256, runId, nowMs) {
      database.run('INSERT INTO idempotency_keys VALUES (?, ?, ?, ?)', [key, requestSha256, runId, nowMs]);
    },
    forgetKeysBefore(timeMs) {
      database.run('DELETE FROM idempotency_keys WHERE created_at < ?', [timeMs]);
    },
  };
}

function toWarningsJson(warnings: readonly RunWarning[]): string | null {
  const unique = [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
  return unique.length === 0 ? null : JSON.stringify(unique.slice(0, MAX_RUN_WARNINGS));
}
