import type { Database } from './database.js';

/** How long things took lately; a forecast and nothing more hangs on it. */
export interface TimingsTable {
  /** Blends each new figure into the known one. */
  learn(durationsMs: ReadonlyMap<string, number>, nowMs: number): void;
  read(keys: Iterable<string>): ReadonlyMap<string, number>;
}

// A machine that has become slower or faster is believed after a few runs.
const WEIGHT_OF_NEW = 0.4;

export function createTimingsTable(database: Database): TimingsTable {
  return {
    learn(durationsMs, nowMs) {
      database.transaction(() => {
        for (const [key, durationMs] of durationsMs) {
          database.run(
            `INSERT INTO timings VALUES (:key, :durationMs, :nowMs) ON CONFLICT (key) DO UPDATE SET
               duration_ms = duration_ms + ${WEIGHT_OF_NEW} * (excluded.duration_ms - duration_ms),
               updated_at = excluded.updated_at`,
            { key, durationMs, nowMs },
          );
        }
      });
    },
    read(keys) {
      const found = new Map<string, number>();
      for (const key of new Set(keys)) {
        const row = database.get<{ duration_ms: number }>('SELECT duration_ms FROM timings WHERE key = ?', [key]);
        if (row !== undefined) found.set(key, row.duration_ms);
      }
      return found;
    },
  };
}
