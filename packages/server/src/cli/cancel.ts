import { EXIT } from './exit-codes.js';
import { now } from './host.js';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
// Under npm and npx one Ctrl-C arrives twice: from the terminal, and passed on by npm.
const SAME_PRESS_MS = 500;

/**
 * Turns Ctrl-C into a cancel, which takes effect at the next sampling step; a second Ctrl-C ends the process.
 * `close` gives the signals back.
 */
export function listenForCancel(terminal: Terminal): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  let abortedMs = 0;
  function onSignal(): void {
    if (!controller.signal.aborted) {
      abortedMs = now();
      controller.abort();
      terminal.err('Cancelling: the run stops at the next step. Ctrl-C again ends it at once.');
    } else if (now() - abortedMs > SAME_PRESS_MS) {
      process.exit(EXIT.cancelled);
    }
  }
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
