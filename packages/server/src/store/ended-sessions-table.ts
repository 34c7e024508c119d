import type { Database } from './database.js';

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
