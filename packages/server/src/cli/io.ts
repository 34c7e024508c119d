import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Surroundings } from '../services/surroundings.js';

/**
 * The environment of a command: its process, or a program that calls `main` itself. The command line uses `process` for
 * none of this.
 */
export interface Io extends Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** @returns stops listening */
  onSignal(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): () => void;
  /** Called with an uncaught error, after which the program cannot continue. @returns stops listening */
  onException(listener: (error: unknown) => void): () => void;
  /** Called with the reason of a promise that no code waits for; without a listener it becomes an exception. @returns stops listening */
  onRejection(listener: (reason: unknown) => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}

export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** This process, as a command sees it. */
export function processIo(): Io {
  // A reader of our output, such as `head`, may have closed it.
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', ignoreClosedPipe).on('error', ignoreClosedPipe);
  }
  return {
    // Looking at it opens it, and most commands do not read.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal(signals, listener) {
      const known = signals.filter((signal) => signal in constants.signals);
      for (const signal of known) process.on(signal, listener);
      return () => {
        for (const signal of known) process.off(signal, listener);
      };
    },
    onException(listener) {
      process.on('uncaughtException', listener);
      return () => void process.off('uncaughtException', listener);
    },
    onRejection(listener) {
      process.on('unhandledRejection', listener);
      // Listened to until the end: a late error after an orderly shutdown must not fail the process.
      return () => {};
    },
    exit: (code) => process.exit(code),
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
