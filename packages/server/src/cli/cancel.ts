import { EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Turns Ctrl-C into a cancel, which takes effect at the next sampling step; a second Ctrl-C ends the process.
 * `close` gives the signals back.
 */
export function listenForCancel(terminal: Terminal): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  function onSignal(): void {
    if (controller.signal.aborted) process.exit(EXIT.cancelled);
    controller.abort();
    terminal.err('Cancelling: the run stops at the next step. Ctrl-C again ends it at once.');
  }
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
