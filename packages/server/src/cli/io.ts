import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Surroundings } from '../services/surroundings.js';

/**
 * What surrounds a command: the process it is, or a program that calls `main` itself. No code of the command line asks
 * `process` for anything that stands here.
 */
export interface Io extends Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** @returns stops listening */
  onSignal(signals: readonly NodeJS.Signals[], listener: (signal: NodeJS.Signals) => void): () => void;
  /** Called with an error that no code caught, after which the program cannot go on. @returns stops listening */
  onException(listener: (error: unknown) => void): () => void;
  /** Called with the reason of a promise that no code waits for; without a listener it becomes an exception. @returns stops listening */
  onRejection(listener: (reason: unknown) => void): () => void;
  /** Ends the program at once. */
  exit(code: number): void;
}

export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** This process, as a command sees it. */
export function processIo(): Io {
  // Whoever read our result, such as `head`, may have had enough of it.
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
      // Heard to the end: what served others and was closed in good order must not fail on its way out.
      return () => {};
    },
    exit: (code) => process.exit(code),
  };
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
