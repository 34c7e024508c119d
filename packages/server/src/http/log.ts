import { type Logger, pino } from 'pino';
import { makeVisible } from '../services/visible-text.js';

export type { Logger };

/** One JSON object a line for programs, or one short line of text for people. */
export type LogFormat = 'json' | 'text';

export interface LoggerOptions {
  /** `error`, `warn`, `info`, `debug` */
  readonly level: string;
  readonly format: LogFormat;
  /** Texts that must never be written, wherever they come from. */
  readonly secrets: readonly string[];
  /** Where to write; this process's own stderr when left out. */
  readonly stderr?: NodeJS.WritableStream;
}

/** Log fields that could contain a secret; their values are left out. */
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

/** Logs to stderr: stdout belongs to the one address that is printed. */
export function createLogger({ level, format, secrets, stderr = process.stderr }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: SECRET_PATHS, remove: true },
      hooks: {
        // The last gate: an error's message or an address may carry what no list of paths knows.
        streamWrite: (line) => makeVisible(secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)),
      },
    },
    { write: (line) => void stderr.write(format === 'json' ? line : toLogText(line)) },
  );
}

interface LogRecord {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message: string; readonly stack?: string };
  readonly [fact: string]: unknown;
}

/**
 * Formats a JSON line of the log for people: `12:03:04 warn request: GET /api/runs status=500`. Errors include their
 * stack, since errors caused by users are answered and never logged.
 *
 * @param line as pino writes it
 */
function toLogText(line: string): string {
  const { level, time, msg = '', err, ...facts } = JSON.parse(line) as LogRecord;
  const texts = Object.values(facts).filter((fact) => typeof fact === 'string');
  const others = Object.entries(facts).filter(([, fact]) => typeof fact !== 'string');
  const said = [
    texts.length === 0 ? msg : `${msg}: ${texts.join(' ')}`,
    ...others.map(([name, fact]) => `${name}=${JSON.stringify(fact)}`),
  ].join(' ');
  const trace = err === undefined ? '' : `\n${err.stack ?? err.message}`;
  return `${new Date(time).toTimeString().slice(0, 8)} ${pino.levels.labels[level]} ${said}${trace}\n`;
}
