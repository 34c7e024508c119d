import type { LogFormat } from '../http/log.js';

/** Where a command speaks; the only place that prints. */
export interface Terminal {
  /** One line of the command's result. */
  out(line: string): void;
  /** One line for people: progress, problems, hints. */
  err(line: string): void;
  /** People watch `err` as it comes. */
  readonly isWatched: boolean;
}

/** Speaks through a process; a reader that went away is no error. */
export function createTerminal({ stdout, stderr }: NodeJS.Process): Terminal {
  // Whoever read our result, such as `head`, may have had enough of it.
  for (const stream of [stdout, stderr]) stream.off('error', ignoreClosedPipe).on('error', ignoreClosedPipe);
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    isWatched: stderr.isTTY === true,
  };
}

/** Sentences for people who watch, JSON for programs that collect logs. */
export function defaultLogFormat({ isWatched }: Terminal): LogFormat {
  return isWatched ? 'text' : 'json';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
