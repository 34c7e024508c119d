import type { Database } from './database.js';

/** Single values that outlive the server, as texts. */
export interface SettingsTable {
  read(key: SettingKey): string | undefined;
  write(key: SettingKey, value: string): void;
}

export type SettingKey =
  | 'queue-paused'
  | 'starts'
  | 'examples-stocked'
  | 'server-id'
  | 'database-id'
  | 'opened'
  | 'blobs-problem';

export function createSettingsTable(database: Database): SettingsTable {
  return {
    read(key) {
      return database.get<{ value: string }>('SELECT value FROM settings WHERE key = ?', [key])?.value;
    },
    write(key, value) {
      database.run('INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [
        key,
        value,
      ]);
    },
  };
}
