import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programVersion } from '../services/program.js';
import type { Io } from './io.js';

/** Where details of unexpected errors are written. */
export interface ErrorReports {
  /** @returns a sentence that says where the details are */
  add(error: unknown): string;
}

export function createErrorReports({ env }: Pick<Io, 'env'>): ErrorReports {
  let file: string | undefined;
  return {
    add(error) {
      try {
        file ??= join(mkdtempSync(join(env['TMPDIR'] || tmpdir(), 'unclip-error-')), 'details.txt');
        // No arguments, no variables and none of the error's own data: they may hold passwords.
        const about = `unclip-studio ${programVersion()}, Node ${process.version}, ${process.platform} ${process.arch}`;
        appendFileSync(file, `${about}, ${new Date().toISOString()}\n${traceOf(error)}\n\n`, { mode: 0o600 });
        return `Please report it; the details are in ${file}`;
      } catch {
        return 'Please report it; the details could not be written to a file.';
      }
    },
  };
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const trace = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? trace : `${trace}\nCaused by: ${traceOf(error.cause)}`;
}

/** What an error says, for a sentence of ours. */
export function firstLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}
