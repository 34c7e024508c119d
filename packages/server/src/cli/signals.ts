import { EXIT } from './exit-codes.js';
import type { Io } from './io.js';
import type { CommandContext } from './terminal.js';

// Under npm and npx one Ctrl-C arrives twice: from the terminal, and passed on by npm.
const SAME_PRESS_MS = 500;

/**
 * Turns Ctrl-C into a cancel, which takes effect at the next sampling step; a second Ctrl-C ends the process. `close`
 * restores the signals.
 */
export function listenForCancel({ io, terminal }: Pick<CommandContext, 'io' | 'terminal'>): {
  readonly signal: AbortSignal;
  close(): void;
} {
  const controller = new AbortController();
  const close = onPress(io, ['SIGINT', 'SIGTERM'], () => {
    controller.abort();
    terminal.err('Cancelling: the run stops at the next step. Ctrl-C again ends it at once.');
  });
  return { signal: controller.signal, close };
}

/**
 * Waits for the signal that shuts a server down; another one ends the process.
 *
 * @param end the shutdown, with the signals still handled
 */
export async function untilToldToEnd({ io }: Pick<CommandContext, 'io'>, end: () => Promise<void>): Promise<void> {
  let close = () => {};
  await new Promise<void>((resolve) => {
    close = onPress(io, ['SIGINT', 'SIGTERM', 'SIGHUP'], resolve);
  });
  try {
    await end();
  } finally {
    close();
  }
}

/** @param first called at the first signal; a second one, pressed by hand, ends the process */
function onPress(io: Io, signals: readonly NodeJS.Signals[], first: () => void): () => void {
  let firstMs: number | undefined;
  return io.onSignal(signals, () => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      first();
    } else if (performance.now() - firstMs > SAME_PRESS_MS) {
      io.exit(EXIT.cancelled);
    }
  });
}
