import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './root.mjs';

/** Runs this Node with the given arguments in the root, on this terminal. @returns its exit code */
export function runNode(args, options = {}) {
  return runCommand(process.execPath, args, options);
}

/**
 * Runs a command in the root, on this terminal.
 *
 * @param options of `spawn`; `onStart` gets the child, to read its output where `stdio` has pipes
 * @returns its exit code, 128 + n if signal n ended it, as shells say
 */
export function runCommand(command, args, { onStart, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    onStart?.(child);
    // Ctrl-C reaches the child by itself; a signal sent to this process alone would leave the child behind.
    const passOn = () => child.kill('SIGTERM');
    process.once('SIGTERM', passOn);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGTERM', passOn);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
