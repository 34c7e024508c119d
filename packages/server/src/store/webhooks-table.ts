import { randomUUID } from 'node:crypto';
import type { Database } from './database.js';

/** A webhook: an address that is notified of the end of a run. */
export interface StoredWebhook {
  readonly id: string;
  readonly runId: string;
  readonly url: string;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  /** What became of the last attempt. */
  readonly answer: string | null;
  /** Milliseconds since 1970; 0 before the first attempt. */
  readonly nextAt: number;
}

export interface WebhooksTable {
  /** Addresses that are there already are passed over. */
  add(runId: string, urls: readonly string[]): void;
  ofRun(runId: string): readonly StoredWebhook[];
  addressesOf(runId: string): readonly string[];
  /** Those of runs that have ended, the longest waiting first. */
  due(nowMs: number, limit: number): readonly StoredWebhook[];
  /** When the next one is due after this time, of runs that have ended. */
  nextAfter(nowMs: number): number | undefined;
  /** Counts an attempt. */
  record(id: string, attempt: Pick<StoredWebhook, 'state' | 'answer' | 'nextAt'>): void;
}

const COLUMNS = 'w.id, w.run_id AS runId, w.url, w.state, w.attempts, w.answer, w.next_at AS nextAt';
const OF_ENDED = `FROM webhooks w JOIN runs ON runs.id = w.run_id
  WHERE w.state = 'waiting' AND runs.state IN ('succeeded', 'failed', 'cancelled')`;

export function createWebhooksTable(database: Database): WebhooksTable {
  function ofRun(runId: string): readonly StoredWebhook[] {
    return database.all(`SELECT ${COLUMNS} FROM webhooks w WHERE run_id = ? ORDER BY rowid`, [runId]);
  }
  return {
    ofRun,
    addressesOf: (runId) => ofRun(runId).map(({ url }) => url),
    add(runId, urls) {
      for (const url of urls) {
        database.run(`INSERT OR IGNORE INTO webhooks VALUES (?, ?, ?, 'waiting', 0, NULL, 0)`, [
          randomUUID(),
          runId,
          url,
        ]);
      }
    },
    due: (nowMs, limit) =>
      database.all(`SELECT ${COLUMNS} ${OF_ENDED} AND w.next_at <= ? ORDER BY w.next_at LIMIT ?`, [nowMs, limit]),
    nextAfter(nowMs) {
      const sql = `SELECT MIN(w.next_at) AS at ${OF_ENDED} AND w.next_at > ?`;
      return database.get<{ at: number | null }>(sql, [nowMs])?.at ?? undefined;
    },
    record(id, { state, answer, nextAt }) {
      database.run('UPDATE webhooks SET attempts = attempts + 1, state = ?, answer = ?, next_at = ? WHERE id = ?', [
        state,
        answer,
        nextAt,
        id,
      ]);
    },
  };
}
