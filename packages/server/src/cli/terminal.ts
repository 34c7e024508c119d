import type { OutputConfiguration } from 'commander';
import type { LogFormat } from '../http/log.js';
import { makeVisible } from '../services/visible-text.js';
import type { ErrorReports } from './error-reports.js';
import type { Io } from './io.js';

/** What every command is given. */
export interface CommandContext {
  readonly io: Io;
  readonly terminal: Terminal;
  readonly reports: ErrorReports;
}

/** Where a command speaks. The only place that prints: nothing in it can act on the terminal, see {@link makeVisible}. */
export interface Terminal {
  /** One line of the command's result, or several. */
  out(line: string): void;
  /** One line for people: progress, problems, hints. */
  err(line: string): void;
  /** People watch `err` as it comes. */
  readonly isWatched: boolean;
  /** Loads what draws moving bars below the lines of `err`; for terminals that are watched. */
  loadBars(): Promise<CreateBar>;
}

/** @param format of cli-progress, as in `{node} [{bar}] step {value} of {total}` */
export type CreateBar = (format: string) => Bar;

/** A moving bar. `words` fill the places of its format. */
export interface Bar {
  start(total: number, value: number, words: Readonly<Record<string, string>>): void;
  update(value: number, words: Readonly<Record<string, string>>): void;
  /** Takes it away. */
  stop(): void;
}

export function createTerminal({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>): Terminal {
  return {
    out: (line) => void stdout.write(`${makeVisible(line)}\n`),
    err: (line) => void stderr.write(`${makeVisible(line)}\n`),
    isWatched: stderr.isTTY === true,
    async loadBars() {
      const { default: progress } = await import('cli-progress');
      return (format) => {
        const bar = new progress.SingleBar({
          format,
          stream: stderr,
          barCompleteChar: '=',
          barIncompleteChar: ' ',
          // The cursor is left alone, so that a killed process leaves the terminal as it was.
          hideCursor: false,
          clearOnComplete: true,
          stopOnComplete: false,
        });
        return {
          start: (total, value, words) => bar.start(total, value, visibleWords(words)),
          update: (value, words) => bar.update(value, visibleWords(words)),
          stop: () => bar.stop(),
        };
      };
    },
  };
}

/** Sentences for people who watch, JSON for programs that collect logs. */
export function defaultLogFormat({ isWatched }: Terminal): LogFormat {
  return isWatched ? 'text' : 'json';
}

/** Lets commander print its help and its errors here too. */
export function helpOutput({ io: { stdout, stderr }, terminal }: CommandContext): OutputConfiguration {
  return {
    writeOut: (text) => terminal.out(withoutLastBreak(text)),
    writeErr: (text) => terminal.err(withoutLastBreak(text)),
    getOutHelpWidth: () => widthOf(stdout),
    getErrHelpWidth: () => widthOf(stderr),
  };
}

function withoutLastBreak(text: string): string {
  return text.replace(/\n$/, '');
}

// What commander uses without a terminal.
const HELP_WIDTH = 80;

function widthOf({ isTTY, columns }: Io['stdout']): number {
  return isTTY === true && columns !== undefined ? columns : HELP_WIDTH;
}

function visibleWords(words: Readonly<Record<string, string>>): Record<string, string> {
  // The bar's drawing moves the cursor by itself, on one line.
  return Object.fromEntries(
    Object.entries(words).map(([name, text]) => [name, makeVisible(text).replace(/\s+/g, ' ')]),
  );
}
