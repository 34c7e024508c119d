import type { Terminal } from './terminal.js';

/**
 * Has a process that serves others go on when a promise fails of which nobody took note, as in a library that connects anew
 * at a bad moment; Node would end it. What counts is in the run table, which no half-done step can leave half done.
 */
export function goOnAfterRejections({ err }: Terminal): void {
  process.on('unhandledRejection', (reason) => {
    const words = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    err(`Internal error, after which the program goes on; please report it. ${words}`);
  });
}
