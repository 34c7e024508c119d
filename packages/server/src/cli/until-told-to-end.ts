import { EXIT } from './exit-codes.js';

// A second Ctrl-C within this time is the same one, passed on by npm.
const SAME_PRESS_MS = 500;

/** The first signal ends the program in good order; a second one ends the process. */
export function untilToldToEnd(): Promise<void> {
  return new Promise((end) => {
    let firstMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (firstMs !== undefined && performance.now() - firstMs > SAME_PRESS_MS) process.exit(EXIT.cancelled);
        firstMs ??= performance.now();
        end();
      });
    }
  });
}
