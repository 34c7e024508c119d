import { destination, type Logger, pino } from 'pino';

export type { Logger };

/** Where a secret could stand in what is logged; the values are left out. */
const SECRET_PATHS = [
  'token',
  '*.token',
  'authorization',
  'cookie',
  'headers',
  '*.headers',
  '*.authorization',
  '*.cookie',
];

/**
 * Logs as JSON lines to stderr: stdout belongs to the one address that is printed.
 *
 * @param secrets texts that must never be written, wherever they come from
 */
export function createLogger(level: string, secrets: readonly string[]): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: SECRET_PATHS, remove: true },
      hooks: {
        // The last gate: an error's message or an address may carry what no list of paths knows.
        streamWrite: (line) => secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line),
      },
    },
    destination({ fd: 2, sync: true }),
  );
}
